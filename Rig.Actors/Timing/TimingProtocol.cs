using Rig.Actors.Wire;

namespace Rig.Actors.Timing;

/// <summary>The exchange by which a node measures its clock against the master's (docs/design/sessions.md).</summary>
public static class TimingProtocol
{
    /// <summary>Asks the master's gateway for its clock. Answer: <see cref="MasterClockRead"/>.</summary>
    /// <param name="SentAt">The asker's clock; also tells the answers apart.</param>
    public sealed record ReadMasterClock(DateTimeOffset SentAt) : IRigMessage;

    /// <param name="SentAt">As asked.</param>
    /// <param name="ReceivedAt">Master clock when the question arrived.</param>
    /// <param name="AnsweredAt">Master clock when the answer left.</param>
    public sealed record MasterClockRead(DateTimeOffset SentAt, DateTimeOffset ReceivedAt, DateTimeOffset AnsweredAt) : IRigMessage;

    /// <summary>A finished exchange, from the gateway to the node's <see cref="SyncActor"/>.</summary>
    public sealed record ClockMeasured(ClockSample Sample, string MasterAddress);

    /// <summary>Asks the <see cref="SyncActor"/>. Answer: <see cref="SyncStatus"/>.</summary>
    public sealed record GetSyncStatus;

    /// <summary>Asks the <see cref="SyncActor"/> to read chrony now. Answer: <see cref="SyncStatus"/>, once it was read.</summary>
    public sealed record ReadClockNow;
}
