using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

/// <summary>Brings what an asynchronous handler awaits back into its actor's turn.</summary>
internal sealed class ActorTaskScheduler(ActorCell cell) : TaskScheduler
{
    private int _pending;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>The message and sender that the unfinished handler works on.</summary>
    public (object? Message, IActorRef? Sender) Remembered { get; private set; }

    public static void RunTask(Func<Task> action) => RunTask(static (action, _) => action(), action, (object?)null);

    public static void RunTask<T>(Func<T, Task> handler, T message) =>
        RunTask(static (handler, message) => handler(message), handler, message);

    public void Begin(object? message, IActorRef? sender)
    {
        if (_pending++ == 0)
            Remembered = (message, sender);
    }

    public void End()
    {
        if (--_pending == 0)
            Remembered = default;
    }

    public void Execute(Task task) => TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override void QueueTask(Task task)
    {
        if (ReferenceEquals(ActorCell.CurrentOrNull, cell))
            TryExecuteTask(task);
        else
            cell.PostSystem(new RunTask(this, task));
    }

    private static void RunTask<TAction, T>(Func<TAction, T, Task> run, TAction action, T message)
    {
        var cell = ActorCell.Current;
        var outer = Task.Factory.StartNew(
            () => run(action, message), CancellationToken.None, TaskCreationOptions.None, cell.TaskScheduler);
        var task = outer.Unwrap();
        if (task.IsCompleted)
            task.GetAwaiter().GetResult();
        else
            cell.AwaitTask(task);
    }
}
