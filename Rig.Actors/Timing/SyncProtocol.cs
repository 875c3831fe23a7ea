namespace Rig.Actors.Timing;

/// <summary>What only this process says to its <see cref="SyncActor"/>.</summary>
public static class SyncProtocol
{
    /// <summary>A finished exchange, from the gateway to the node's <see cref="SyncActor"/>.</summary>
    public sealed record ClockMeasured(ClockSample Sample, string MasterAddress);

    /// <summary>Asks the <see cref="SyncActor"/>. Answer: <see cref="SyncStatus"/>.</summary>
    public sealed record GetSyncStatus;

    /// <summary>Asks the <see cref="SyncActor"/> to read chrony now. Answer: <see cref="SyncStatus"/>, once it was read.</summary>
    public sealed record ReadClockNow;
}
