using Rig.Engine.Pattern;

namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>Elements that callers offer, kept in a bounded buffer until they are wanted.</summary>
internal sealed class QueueSource<T> : SourceStage<T>, ISourceQueueWithComplete<T>
{
    private readonly int size;
    private readonly OverflowStrategy strategy;
    private readonly Queue<T> buffer = new();
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly HashSet<Offer> open = [];
    private Offer? waiting;
    private bool completing;
    private bool closed;

    /// <param name="size">0 hands each element straight to demand; one offer waits for it.</param>
    public QueueSource(Interpreter interpreter, int size, OverflowStrategy strategy)
        : base(interpreter)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        (this.size, this.strategy) = (size, strategy);
        Out.OnDownstreamFinish = reason =>
        {
            if (waiting is { } offer)
                Answer(offer, QueueOfferResult.QueueClosed.Instance);
            completion.TrySetResult();
            CancelStage(reason);
        };
    }

    public Task<IQueueOfferResult> OfferAsync(T element)
    {
        var offer = new Offer(element);
        lock (gate)
        {
            if (closed)
                return Task.FromException<IQueueOfferResult>(new StreamDetachedException());
            open.Add(offer);
        }

        Interpreter.Post(this, () => Take(offer));
        return offer.Result.Task;
    }

    public Task WatchCompletionAsync() => completion.Task;

    public void Complete() => Interpreter.Post(this, () =>
    {
        completing = true;
        CompleteWhenEmpty();
    });

    public void Fail(Exception ex) => Interpreter.Post(this, () => FailStage(ex));

    public override void PostStop(Exception? abrupt)
    {
        var detached = new StreamDetachedException();
        if (abrupt is null)
            completion.TrySetResult();
        else
            completion.TrySetException(detached);
        List<Offer> left;
        lock (gate)
        {
            closed = true;
            left = [.. open];
            open.Clear();
        }

        left.ForEach(offer => offer.Result.TrySetException(detached));
    }

    protected override void Failed(Exception cause) => completion.TrySetException(cause);

    protected override void OnPull()
    {
        if (buffer.TryDequeue(out var element))
        {
            Out.Push(element);
            if (waiting is { } next)
            {
                waiting = null;
                buffer.Enqueue(next.Element);
                Answer(next, QueueOfferResult.Enqueued.Instance);
            }
        }
        else if (waiting is { } direct)
        {
            waiting = null;
            Out.Push(direct.Element);
            Answer(direct, QueueOfferResult.Enqueued.Instance);
        }

        CompleteWhenEmpty();
    }

    private void Take(Offer offer)
    {
        if (completing)
        {
            Answer(offer, QueueOfferResult.QueueClosed.Instance);
        }
        else if (buffer.Count == 0 && Out.IsAvailable)
        {
            Out.Push(offer.Element);
            Answer(offer, QueueOfferResult.Enqueued.Instance);
        }
        else if (buffer.Count < size)
        {
            buffer.Enqueue(offer.Element);
            Answer(offer, QueueOfferResult.Enqueued.Instance);
        }
        else if (waiting is null && (size == 0 || strategy == OverflowStrategy.Backpressure))
        {
            waiting = offer;
        }
        else
        {
            Overflow(offer);
        }
    }

    private void Overflow(Offer offer)
    {
        if (strategy == OverflowStrategy.Backpressure)
        {
            Refuse(offer, new IllegalStateException("An earlier offer still waits for room. Await each offer before the next."));
        }
        else if (strategy == OverflowStrategy.Fail)
        {
            var overflow = new BufferOverflowException($"The queue's buffer is full (max capacity was: {size})!");
            Answer(offer, new QueueOfferResult.Failure(overflow));
            FailStage(overflow);
        }
        else if (strategy == OverflowStrategy.DropNew || (size == 0 && strategy == OverflowStrategy.DropTail))
        {
            Answer(offer, QueueOfferResult.Dropped.Instance);
        }
        else if (size == 0)
        {
            Answer(waiting!, QueueOfferResult.Dropped.Instance);
            waiting = offer;
        }
        else
        {
            Bounded.MakeRoom(buffer, strategy);
            buffer.Enqueue(offer.Element);
            Answer(offer, QueueOfferResult.Enqueued.Instance);
        }
    }

    private void CompleteWhenEmpty()
    {
        if (completing && buffer.Count == 0 && waiting is null)
            CompleteStage();
    }

    private void Answer(Offer offer, IQueueOfferResult result)
    {
        lock (gate)
            open.Remove(offer);
        offer.Result.TrySetResult(result);
    }

    private void Refuse(Offer offer, Exception cause)
    {
        lock (gate)
            open.Remove(offer);
        offer.Result.TrySetException(cause);
    }

    private sealed class Offer(T element)
    {
        public T Element { get; } = element;

        public TaskCompletionSource<IQueueOfferResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
