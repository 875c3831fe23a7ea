namespace Rig.Actors.Timing;

/// <summary>
/// This node's view of the master clock: its own clock less the last known offset. Written by the <see cref="SyncActor"/>, read
/// from any thread. Before the first exchange the two count as the same.
/// </summary>
public sealed class MasterClock(TimeProvider time)
{
    private SyncStatus status = SyncStatus.None;

    public SyncStatus Status
    {
        get => Volatile.Read(ref status);
        set => Volatile.Write(ref status, value);
    }

    public DateTimeOffset NodeNow => time.GetUtcNow();

    /// <summary>The node's monotonic clock; only differences mean something.</summary>
    public TimeSpan Monotonic => time.GetElapsedTime(0);

    public DateTimeOffset MasterNow => ToMaster(NodeNow);

    public DateTimeOffset ToMaster(DateTimeOffset nodeTime) => nodeTime - Offset;

    public DateTimeOffset ToNode(DateTimeOffset masterTime) => masterTime + Offset;

    private TimeSpan Offset => TimeSpan.FromTicks((long)((Status.OffsetMs ?? 0) * TimeSpan.TicksPerMillisecond));
}
