using System.Collections.Concurrent;
using Rig.Engine.Actor;

namespace Rig.Engine.Remote;

/// <summary>A user message on its way out.</summary>
internal readonly record struct Outbound(object Message, RemoteActorRef Recipient, IActorRef? Sender);

/// <summary>A bounded queue of one association: many senders, one writer. Full means the newest message is refused.</summary>
internal sealed class OutboundLane(int capacity)
{
    private readonly ConcurrentQueue<Outbound> _queue = new();
    private int _count;

    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    public bool TryEnqueue(in Outbound item)
    {
        if (Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }
        _queue.Enqueue(item);
        return true;
    }

    public bool TryDequeue(out Outbound item)
    {
        if (!_queue.TryDequeue(out item))
            return false;
        Interlocked.Decrement(ref _count);
        return true;
    }
}
