using Rig.Engine.Actor;

namespace Rig.Engine.Dispatch;

/// <summary>One message in a mailbox: a link of its queue, taken from and returned to <see cref="MessageNodePool"/>.</summary>
internal sealed class MessageNode
{
    public MessageNode? Next;
    public object? Message;
    public IActorRef? Sender;
}

/// <summary>
/// Recycles <see cref="MessageNode"/>s so that a tell allocates nothing. Each thread keeps two chains; whole chains
/// move between threads over a bounded shared stack, so that a thread which only sends is fed by one which only receives.
/// Beyond the bound nodes are left to the collector.
/// </summary>
internal static class MessageNodePool
{
    private const int ChainLength = 256;
    private const int SharedChains = 2048;

    private static readonly Lock Gate = new();
    private static readonly MessageNode?[] Shared = new MessageNode?[SharedChains];
    private static int _sharedCount;

    [ThreadStatic]
    private static Cache? _cache;

    public static MessageNode Rent(object message, IActorRef? sender)
    {
        var cache = _cache ??= new Cache();
        var node = cache.Current;
        if (node is null)
        {
            node = Refill(cache);
        }
        else
        {
            cache.Current = node.Next;
            cache.Count--;
            node.Next = null;
        }

        node.Message = message;
        node.Sender = sender;
        return node;
    }

    /// <summary>The node must be unlinked from its queue and no longer be referenced by anyone.</summary>
    public static void Return(MessageNode node)
    {
        node.Message = null;
        node.Sender = null;
        var cache = _cache ??= new Cache();
        if (cache.Count == ChainLength)
            Retire(cache);
        node.Next = cache.Current;
        cache.Current = node;
        cache.Count++;
    }

    private static MessageNode Refill(Cache cache)
    {
        var chain = cache.Spare;
        cache.Spare = null;
        if (chain is null && Volatile.Read(ref _sharedCount) > 0)
        {
            lock (Gate)
            {
                if (_sharedCount > 0)
                {
                    chain = Shared[--_sharedCount];
                    Shared[_sharedCount] = null;
                }
            }
        }

        if (chain is null)
            return new MessageNode();
        cache.Current = chain.Next;
        cache.Count = ChainLength - 1;
        chain.Next = null;
        return chain;
    }

    private static void Retire(Cache cache)
    {
        var full = cache.Spare;
        cache.Spare = cache.Current;
        cache.Current = null;
        cache.Count = 0;
        if (full is null)
            return;
        lock (Gate)
        {
            if (_sharedCount < SharedChains)
                Shared[_sharedCount++] = full;
        }
    }

    private sealed class Cache
    {
        public MessageNode? Current;
        public int Count;

        // Null or a full chain.
        public MessageNode? Spare;
    }
}
