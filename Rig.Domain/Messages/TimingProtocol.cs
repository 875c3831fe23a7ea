namespace Rig.Domain.Messages;

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
}
