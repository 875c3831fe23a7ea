namespace Rig.Engine.Streams.Implementation.Stages;

internal sealed class EnumerableSource<T>(Interpreter interpreter, IEnumerable<T> enumerable) : SourceStage<T>(interpreter)
{
    private LookAhead<T>? elements;

    public override void PreStart()
    {
        elements = new LookAhead<T>(enumerable);
        CompleteAfterTheLast();
    }

    public override void PostStop(Exception? abrupt) => elements?.Dispose();

    protected override void OnPull()
    {
        Out.Push(elements!.Next());
        CompleteAfterTheLast();
    }

    private void CompleteAfterTheLast()
    {
        if (!elements!.HasNext)
            CompleteStage();
    }
}

internal sealed class FailedSource<T>(Interpreter interpreter, Exception cause) : SourceStage<T>(interpreter)
{
    public override void PreStart() => FailStage(cause);

    protected override void OnPull()
    {
    }
}

internal sealed class TaskSource<T>(Interpreter interpreter, Task<T> task) : SourceStage<T>(interpreter)
{
    protected override void OnPull()
    {
        if (task.IsCompleted)
            Completed(task);
        else
            task.ContinueWith(Async<Task<T>>(Completed), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Completed(Task<T> completed)
    {
        if (Outcome.Failure(completed) is { } failure)
        {
            FailStage(failure);
            return;
        }

        Out.Push(completed.Result);
        CompleteStage();
    }
}

/// <summary>Asks the enumerator for one element at a time, and cancels it when nobody wants more.</summary>
internal sealed class AsyncEnumerableSource<T>(Interpreter interpreter, Func<IAsyncEnumerable<T>> factory) : SourceStage<T>(interpreter)
{
    private readonly CancellationTokenSource stopping = new();
    private IAsyncEnumerator<T>? enumerator;
    private Task<bool> moving = Task.FromResult(true);

    public override void PostStop(Exception? abrupt) => _ = DisposeAsync();

    protected override void OnPull()
    {
        enumerator ??= factory().GetAsyncEnumerator(stopping.Token);
        moving = enumerator.MoveNextAsync().AsTask();
        if (moving.IsCompleted)
            Moved(moving);
        else
            moving.ContinueWith(Async<Task<bool>>(Moved), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Moved(Task<bool> moved)
    {
        if (Outcome.Failure(moved) is { } failure)
            FailStage(failure);
        else if (moved.Result)
            Out.Push(enumerator!.Current);
        else
            CompleteStage();
    }

    private async Task DisposeAsync()
    {
        try
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            // An enumerator must not be disposed while it moves.
            await moving.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            if (enumerator is not null)
                await enumerator.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Interpreter.System.EventStream.Publish(new Event.Error(failure, ToString(), GetType(), "A stream's enumerator failed when it was disposed."));
        }
        finally
        {
            stopping.Dispose();
        }
    }
}

internal sealed class UnfoldSource<TState, T>(Interpreter interpreter, TState state, Func<TState, Util.Option<(TState, T)>> unfold) : SourceStage<T>(interpreter)
{
    private TState current = state;

    protected override void OnPull()
    {
        var next = unfold(current);
        if (next.IsEmpty)
        {
            CompleteStage();
            return;
        }

        (current, var element) = next.Value;
        Out.Push(element);
    }
}

internal sealed class UnfoldAsyncSource<TState, T>(Interpreter interpreter, TState state, Func<TState, Task<Util.Option<(TState, T)>>> unfold) : SourceStage<T>(interpreter)
{
    private TState current = state;

    protected override void OnPull()
    {
        var next = unfold(current);
        if (next.IsCompleted)
            Unfolded(next);
        else
            next.ContinueWith(Async<Task<Util.Option<(TState, T)>>>(Unfolded), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Unfolded(Task<Util.Option<(TState, T)>> next)
    {
        if (Outcome.WrappedFailure(next) is { } failure)
        {
            FailStage(failure);
        }
        else if (next.Result.IsEmpty)
        {
            CompleteStage();
        }
        else
        {
            (current, var element) = next.Result.Value;
            Out.Push(element);
        }
    }
}

internal static class Outcome
{
    /// <returns>The task's own exception, out of its wrapping; null when it succeeded.</returns>
    public static Exception? Failure(Task task) => task switch
    {
        { IsFaulted: true } => task.Exception.InnerExceptions.Count == 1 ? task.Exception.InnerException! : task.Exception,
        { IsCanceled: true } => new TaskCanceledException(task),
        _ => null,
    };

    /// <returns>The task's exception in an <see cref="AggregateException"/>, as Akka.NET passes it on; null when it succeeded.</returns>
    public static Exception? WrappedFailure(Task task) => task.IsFaulted ? task.Exception : Failure(task);
}
