using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

// Asynchronous handlers: user messages wait, the pieces between awaits run as system messages with the same message and sender.
internal sealed partial class ActorCell
{
    internal ActorTaskScheduler TaskScheduler => Extras.TaskScheduler ??= new ActorTaskScheduler(this);

    /// <summary>Called within the turn, with the task that a handler left unfinished.</summary>
    internal void AwaitTask(Task task)
    {
        var scheduler = TaskScheduler;
        scheduler.Begin(_message, _sender);
        SuspendUser();
        task.ContinueWith(
            (finished, state) =>
            {
                var (cell, scheduler) = ((ActorCell, ActorTaskScheduler))state!;
                var cause = finished.IsCanceled
                    ? new TaskCanceledException(finished)
                    : finished.Exception is { InnerExceptions: [var only] } ? only : finished.Exception;
                cell.PostSystem(new TaskDone(scheduler, cause));
            },
            (this, scheduler),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            global::System.Threading.Tasks.TaskScheduler.Default);
    }

    private void RunActorTask(RunTask run)
    {
        // The rest of a handler whose actor was restarted meanwhile never runs.
        if (!ReferenceEquals(_extras?.TaskScheduler, run.Scheduler))
            return;
        (_message, _sender) = run.Scheduler.Remembered;
        try
        {
            run.Scheduler.Execute(run.Task);
        }
        finally
        {
            _message = null;
            _sender = null;
        }
    }

    private void CompleteActorTask(TaskDone done)
    {
        if (!ReferenceEquals(_extras?.TaskScheduler, done.Scheduler))
            return;
        (_message, _sender) = done.Scheduler.Remembered;
        done.Scheduler.End();
        ResumeUser();
        if (done.Cause is { } cause)
            HandleInvokeFailure(cause);
        else if (_extras is { ReceiveTimeout: not null } extras && _message is { } message)
            AfterReceive(extras, message);
        _message = null;
        _sender = null;
    }

    /// <summary>What an unfinished handler still wants to run is dropped; suspensions are reset by the caller.</summary>
    private void AbandonTasks()
    {
        if (_extras is not null)
            _extras.TaskScheduler = null;
    }
}
