using Rig.Engine.Actor;

namespace Rig.Engine.Dispatch;

/// <summary>
/// A stretch of a mailbox: slots that senders claim one after the other and the receiver empties in the same order. A chunk is used
/// again once it is empty, in any mailbox, so <see cref="Claims"/> says which life of it a sender saw.
/// </summary>
internal sealed class MessageChunk
{
    /// <summary>A mailbox begins with so many slots; an idle actor keeps no more.</summary>
    public const int FirstLength = 4;

    public const int Length = 128;

    public readonly Slot[] Slots;

    /// <summary>The stretch behind this one; set before the last slot is filled.</summary>
    public MessageChunk? Next;

    /// <summary>Slots claimed in this life in the lower half, the number of the life in the upper.</summary>
    public long Claims;

    private MessageChunk(Slot[] slots) => Slots = slots;

    /// <summary>How many slots senders have claimed; not all of those are filled yet.</summary>
    public int Claimed => (int)Volatile.Read(ref Claims);

    // The slots come first in memory, so that the senders' counter does not share a cache line with what the receiver reads.
    public static MessageChunk Create(int length) => new(new Slot[length]);

    /// <summary>Ends this life. Every slot was emptied, and no sender can claim one: all are claimed.</summary>
    public void BeginNextLife()
    {
        Next = null;
        Volatile.Write(ref Claims, ((Claims >> 32) + 1) << 32);
    }

    public struct Slot
    {
        /// <summary>Null until it is filled, which is after <see cref="Sender"/> was.</summary>
        public object? Message;
        public IActorRef? Sender;
    }
}

/// <summary>
/// Emptied chunks, for any mailbox, so that a tell allocates nothing. Beyond the bound they are left to the collector.
/// </summary>
internal static class MessageChunkPool
{
    /// <summary>524,288 messages, 8 MB.</summary>
    private const int Capacity = 4096;

    private static readonly Lock Gate = new();
    private static readonly MessageChunk?[] Shared = new MessageChunk?[Capacity];
    private static int _count;

    // An actor that is answered as it tells gives back on this thread what it rents next.
    [ThreadStatic]
    private static MessageChunk? _own;

    public static MessageChunk Rent()
    {
        if (_own is { } own)
        {
            _own = null;
            return own;
        }

        lock (Gate)
        {
            if (_count > 0)
            {
                var chunk = Shared[--_count]!;
                Shared[_count] = null;
                return chunk;
            }
        }

        return MessageChunk.Create(MessageChunk.Length);
    }

    /// <param name="chunk">Empty, and followed by another.</param>
    public static void Return(MessageChunk chunk)
    {
        if (chunk.Slots.Length != MessageChunk.Length)
            return;
        chunk.BeginNextLife();
        if (_own is null)
        {
            _own = chunk;
            return;
        }

        lock (Gate)
        {
            if (_count < Capacity)
                Shared[_count++] = chunk;
        }
    }
}
