namespace Rig.Engine.Dispatch;

/// <summary>
/// The capacity of a bounded mailbox. Overflow rule: the newest message is turned away and becomes a dead letter; the
/// sender never blocks.
/// </summary>
internal sealed class MailboxBound(int capacity)
{
    private int _count;

    public int Capacity { get; } = capacity;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Capacity)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Counts a message that is let in whatever the capacity.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    public void Leave() => Interlocked.Decrement(ref _count);
}
