namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>Up to <c>parallelism</c> tasks run at once; their results leave in the order of the inputs, or as they come.</summary>
internal sealed class SelectAsync<TIn, TOut> : LinearStage<TIn, TOut>
{
    private readonly int parallelism;
    private readonly bool ordered;
    private readonly Func<TIn, Task<TOut>> mapper;
    private readonly LinkedList<Task<TOut>> running = new();

    public SelectAsync(Interpreter interpreter, int parallelism, bool ordered, Func<TIn, Task<TOut>> mapper)
        : base(interpreter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parallelism);
        (this.parallelism, this.ordered, this.mapper) = (parallelism, ordered, mapper);
    }

    public override void PreStart() => In.Pull();

    protected override void OnPush()
    {
        var task = mapper(In.Grab());
        running.AddLast(task);
        if (task.IsCompleted)
            Completed(task);
        else
            task.ContinueWith(Async<Task<TOut>>(Completed), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        PullIfRoom();
    }

    protected override void OnPull()
    {
        PushReady();
        PullIfRoom();
    }

    protected override void OnUpstreamFinish()
    {
        if (running.Count == 0)
            CompleteStage();
    }

    private void Completed(Task<TOut> task)
    {
        // A failure does not wait for its turn.
        if (Outcome.WrappedFailure(task) is { } failure)
        {
            FailStage(failure);
            return;
        }

        PushReady();
        PullIfRoom();
    }

    private void PushReady()
    {
        if (!Out.IsAvailable)
            return;
        for (var node = running.First; node is not null; node = ordered ? null : node.Next)
        {
            // One that failed speaks for itself in Completed.
            if (!node.Value.IsCompletedSuccessfully)
                continue;
            running.Remove(node);
            Out.Push(node.Value.Result);
            break;
        }

        if (In.IsClosed && running.Count == 0)
            CompleteStage();
    }

    private void PullIfRoom()
    {
        if (running.Count < parallelism)
            In.TryPull();
    }
}
