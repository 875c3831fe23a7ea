namespace Rig.Engine.Streams;

/// <summary>The end of a stream that a program puts elements into; safe from any thread.</summary>
public interface ISourceQueue<in T>
{
    /// <returns>
    /// What became of the element. With <see cref="OverflowStrategy.Backpressure"/> it completes once there is room; only one offer may wait,
    /// and another fails with <see cref="Pattern.IllegalStateException"/>. Once the stream has ended it fails with <see cref="StreamDetachedException"/>.
    /// </returns>
    Task<IQueueOfferResult> OfferAsync(T element);

    /// <summary>Completes when the stream has completed and fails when it failed.</summary>
    Task WatchCompletionAsync();
}

public interface ISourceQueueWithComplete<in T> : ISourceQueue<T>
{
    /// <summary>No more elements come; what is in the buffer still goes out.</summary>
    void Complete();

    /// <summary>Fails the stream; what is in the buffer is dropped.</summary>
    void Fail(Exception ex);
}

public interface IQueueOfferResult;

public sealed class QueueOfferResult
{
    private QueueOfferResult()
    {
    }

    public sealed class Enqueued : IQueueOfferResult
    {
        public static readonly Enqueued Instance = new();

        private Enqueued()
        {
        }
    }

    /// <summary>The buffer was full.</summary>
    public sealed class Dropped : IQueueOfferResult
    {
        public static readonly Dropped Instance = new();

        private Dropped()
        {
        }
    }

    /// <summary>The stream was cancelled while the offer waited, or is being completed.</summary>
    public sealed class QueueClosed : IQueueOfferResult
    {
        public static readonly QueueClosed Instance = new();

        private QueueClosed()
        {
        }
    }

    public sealed class Failure(Exception cause) : IQueueOfferResult
    {
        public Exception Cause { get; } = cause;
    }
}
