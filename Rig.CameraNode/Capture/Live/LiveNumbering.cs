namespace Rig.CameraNode.Capture.Live;

/// <summary>
/// Numbers the frames of a camera that keeps its own time: one further for each of the camera's periods, so that a lost frame
/// leaves its number free and a clock that runs a little fast or slow neither invents nor hides one. Pure.
/// </summary>
/// <param name="startNs">No frame before this instant counts; the first one at or after it is in slot 0.</param>
/// <param name="after">The last frame that an earlier capture process recorded of this take, if one did.</param>
internal sealed class LiveNumbering(long startNs, long periodNs, (long Number, long MonotonicNs)? after)
{
    /// <summary>Frames that follow each other by the driver's count may be this much late before a frame between them is missed.</summary>
    private const double LatePeriods = 1.75;

    private (long Number, long MonotonicNs)? last = after;
    private long? lastSequence;

    /// <summary>The newest frame that was numbered.</summary>
    internal (long Number, long MonotonicNs)? Last => last;

    /// <summary>The driver's count begins anew.</summary>
    internal void Reopened() => lastSequence = null;

    /// <returns>The frame's number and the cause of numbers left free before it; null for a frame that does not belong to the take.</returns>
    internal (long Number, string? Cause)? Next(long sequence, long monotonicNs)
    {
        var counted = lastSequence is { } before && sequence > before ? sequence - before : (long?)null;
        lastSequence = sequence;
        if (monotonicNs < startNs || monotonicNs <= last?.MonotonicNs)
        {
            return null;
        }

        if (last is not { } previous)
        {
            last = ((monotonicNs - startNs) / periodNs, monotonicNs);
            return (last.Value.Number, last.Value.Number > 0 ? DropCause.SourceLate : null);
        }

        var periods = (double)(monotonicNs - previous.MonotonicNs) / periodNs;
        var byTime = counted == 1 && periods < LatePeriods ? 1 : Math.Max(1, (long)Math.Round(periods));
        var step = Math.Max(counted ?? 1, byTime);
        last = (previous.Number + step, monotonicNs);
        return (last.Value.Number, step == 1 ? null : counted is null ? DropCause.CameraFault : counted > 1 ? DropCause.DriverDropped : DropCause.SourceLate);
    }

    /// <summary>How many slots the take has when it ends at an instant.</summary>
    internal long SlotsUntil(long stopNs) => last is { } newest
        ? newest.Number + Math.Max(1, (long)Math.Round((double)(stopNs - newest.MonotonicNs) / periodNs))
        : Math.Max(0, (stopNs - startNs) / periodNs);
}
