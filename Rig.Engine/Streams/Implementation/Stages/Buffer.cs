namespace Rig.Engine.Streams.Implementation.Stages;

internal static class Bounded
{
    /// <summary>Drops from a full buffer what the strategy says.</summary>
    public static void MakeRoom<T>(Queue<T> buffer, OverflowStrategy strategy)
    {
        switch (strategy)
        {
            case OverflowStrategy.DropHead:
                buffer.Dequeue();
                break;
            case OverflowStrategy.DropTail:
                var kept = buffer.Take(buffer.Count - 1).ToList();
                buffer.Clear();
                kept.ForEach(buffer.Enqueue);
                break;
            case OverflowStrategy.DropBuffer:
                buffer.Clear();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "Not a strategy that drops from the buffer.");
        }
    }
}

/// <summary>Takes elements ahead of demand, up to its size.</summary>
internal sealed class Buffer<T> : LinearStage<T, T>
{
    private readonly int size;
    private readonly OverflowStrategy strategy;
    private readonly Queue<T> buffer = new();

    public Buffer(Interpreter interpreter, int size, OverflowStrategy strategy)
        : base(interpreter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        (this.size, this.strategy) = (size, strategy);
    }

    public override void PreStart() => In.Pull();

    protected override void OnPush()
    {
        var element = In.Grab();
        if (Out.IsAvailable)
        {
            // Demand waits only when nothing is in the buffer.
            Out.Push(element);
        }
        else if (buffer.Count < size)
        {
            buffer.Enqueue(element);
        }
        else if (strategy == OverflowStrategy.Fail)
        {
            FailStage(new BufferOverflowException($"Buffer overflow (max capacity was {size})"));
            return;
        }
        else if (strategy != OverflowStrategy.DropNew)
        {
            Bounded.MakeRoom(buffer, strategy);
            buffer.Enqueue(element);
        }

        if (buffer.Count < size || strategy != OverflowStrategy.Backpressure)
            In.Pull();
    }

    protected override void OnPull()
    {
        if (buffer.TryDequeue(out var element))
            Out.Push(element);
        if (!In.IsClosed)
            In.TryPull();
        else if (buffer.Count == 0)
            CompleteStage();
    }

    protected override void OnUpstreamFinish()
    {
        if (buffer.Count == 0)
            CompleteStage();
    }
}

/// <summary>While downstream is busy, gathers what comes into one element; <see cref="long.MaxValue"/> of them is Conflate.</summary>
internal sealed class Batch<TIn, TOut>(Interpreter interpreter, long max, Func<TIn, TOut> seed, Func<TOut, TIn, TOut> aggregate) : LinearStage<TIn, TOut>(interpreter)
{
    private TOut gathered = default!;
    private long count;

    public override void PreStart() => In.Pull();

    protected override void OnPush()
    {
        var element = In.Grab();
        gathered = count == 0 ? seed(element) : aggregate(gathered, element);
        count++;
        if (Out.IsAvailable)
            PushGathered();
        if (count < max)
            In.TryPull();
    }

    protected override void OnPull()
    {
        if (count > 0)
            PushGathered();
        if (In.IsClosed)
            CompleteStage();
        else
            In.TryPull();
    }

    protected override void OnUpstreamFinish()
    {
        if (count == 0)
            CompleteStage();
    }

    private void PushGathered()
    {
        Out.Push(gathered);
        (gathered, count) = (default!, 0);
    }
}
