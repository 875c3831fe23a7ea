using Rig.Domain.Messages;

namespace Rig.Actors.Recording;

/// <summary>A take that nobody had stopped when the process before this one ended.</summary>
/// <param name="LastFrameAt">Node clock of its last frame on the disk.</param>
public sealed record CutOffTake(SessionNote Note, DateTimeOffset LastFrameAt)
{
    /// <summary>
    /// How long the session waits for a time source where the clock cannot be trusted: a box without a battery for its clock starts with the time
    /// of its last shutdown, also a week later.
    /// </summary>
    internal static readonly TimeSpan ClockTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The session may go on now; null while it may not.</summary>
    /// <param name="now">Node clock.</param>
    /// <param name="machineUptime">Since the machine was switched on.</param>
    /// <param name="processUptime">Since this process began.</param>
    /// <param name="isClockDisciplined">A time source steers the node's clock.</param>
    internal InterruptedSession? MayGoOn(DateTimeOffset now, TimeSpan machineUptime, TimeSpan processUptime, bool isClockDisciplined, TimeSpan resumeWithin)
    {
        var silentFor = now - LastFrameAt;

        // A machine that was on all the time knows how long that was, whatever its clock says of the date.
        var isKnown = isClockDisciplined || (silentFor >= TimeSpan.Zero && machineUptime >= silentFor);
        return silentFor <= resumeWithin && resumeWithin > TimeSpan.Zero && (isKnown || processUptime >= ClockTimeout)
            ? new InterruptedSession(Note.SessionId, Note.SessionCameras, Math.Max(0, silentFor.TotalSeconds))
            : null;
    }
}
