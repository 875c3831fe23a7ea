using Rig.CameraNode.Imaging;

namespace Rig.CameraNode.Capture.Live;

/// <summary>
/// Numbers the frames of a camera that keeps its own time: one further for each of the camera's periods, so that a lost frame
/// leaves its number free. Neither jitter nor a clock that runs a little fast or slow invents or hides one. Pure.
/// </summary>
/// <param name="startNs">No frame before this instant counts; the first one at or after it is in slot 0.</param>
/// <param name="after">The last frame that an earlier capture process recorded of this take, if one did.</param>
internal sealed class LiveNumbering(long startNs, long periodNs, (long Number, long MonotonicNs)? after)
{
    /// <summary>Two frames in a row that are this much later than foreseen follow one that the driver lost without counting it.</summary>
    private const double LatePeriods = 0.75;

    /// <summary>No jitter makes a single frame this late.</summary>
    private const double LostPeriods = 1.75;

    /// <summary>How much of a frame's deviation the foreseen instants follow; one frame's jitter hardly moves them, a clock's drift does.</summary>
    private const double Following = 1.0 / 16;

    private (long Number, long MonotonicNs)? last = after;
    private long? lastSequence;
    private double? foreseenNs;
    private bool wasLate;
    private string unseenCause = after is null ? DropCause.CameraFault : DropCause.CaptureRestart;

    /// <summary>The newest frame that was numbered.</summary>
    internal (long Number, long MonotonicNs)? Last => last;

    /// <summary>The driver's count begins again.</summary>
    internal void Reopened() => (foreseenNs, unseenCause) = (null, DropCause.CameraFault);

    /// <returns>The frame's number and the cause of numbers left free before it; null for a frame that does not belong to the take.</returns>
    internal (long Number, string? Cause)? Next(long sequence, long monotonicNs)
    {
        var counted = foreseenNs is not null && lastSequence is { } before && sequence > before ? sequence - before : (long?)null;
        lastSequence = sequence;
        if (monotonicNs < startNs || monotonicNs <= last?.MonotonicNs)
        {
            return null;
        }

        if (last is not { } previous)
        {
            last = ((monotonicNs - startNs) / periodNs, monotonicNs);
            foreseenNs = monotonicNs;
            return (last.Value.Number, last.Value.Number > 0 ? DropCause.SourceLate : null);
        }

        if (counted is not { } step)
        {
            step = Math.Max(1, Periods(monotonicNs - previous.MonotonicNs));
            foreseenNs = monotonicNs;
        }
        else
        {
            step += Uncounted(monotonicNs, step);
        }

        last = (previous.Number + step, monotonicNs);
        return (last.Value.Number, step == 1 ? null : counted is null ? unseenCause : counted > 1 ? DropCause.DriverDropped : DropCause.SourceLate);
    }

    /// <returns>How many frames were lost beyond those that the driver counted.</returns>
    private long Uncounted(long monotonicNs, long counted)
    {
        var foreseen = (foreseenNs ?? monotonicNs) + (counted * periodNs);
        var lateNs = monotonicNs - foreseen;
        var isLate = lateNs > LatePeriods * periodNs;
        var lost = lateNs > LostPeriods * periodNs || (isLate && wasLate) ? Math.Max(1, Periods(lateNs)) : 0;
        wasLate = isLate && lost == 0;
        foreseen += lost * periodNs;
        lateNs -= lost * periodNs;

        // Far too early means that the driver's count ran ahead of its pictures; the time is right. One late frame teaches nothing.
        foreseenNs = lateNs < -2.0 * periodNs ? monotonicNs : wasLate ? foreseen : foreseen + (lateNs * Following);
        return lost;
    }

    private long Periods(double ns) => (long)Math.Round(ns / periodNs);

    /// <summary>How many slots the take has when it ends at an instant.</summary>
    internal long SlotsUntil(long stopNs) => last is { } newest
        ? newest.Number + Math.Max(1, Periods(stopNs - newest.MonotonicNs))
        : Math.Max(0, (stopNs - startNs) / periodNs);
}
