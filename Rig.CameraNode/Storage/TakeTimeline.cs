using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>
/// What a take's frame numbers say: how many frames there are, which time slots stayed empty, and how long it all is. Pure.
/// </summary>
internal sealed class TakeTimeline(long frameDurationNs)
{
    internal const string UnknownReason = "unknown";

    /// <summary>Gaps beyond this are counted as dropped frames only.</summary>
    internal const int MaxGaps = 1000;

    private readonly List<ManifestGap> gaps = [];
    private long firstNs;
    private long lastNumber = -1;
    private long lastNs;

    internal long Frames { get; private set; }

    internal long DroppedFrames { get; private set; }

    internal IReadOnlyList<ManifestGap> Gaps => gaps;

    internal double DurationSec => Frames == 0 ? 0 : (lastNs + frameDurationNs - firstNs) / 1e9;

    /// <summary>Takes the next frame in order. Slots before the first frame count as dropped but are no gap: the file begins after them.</summary>
    /// <param name="reason">Why slots before this frame are empty, where they are.</param>
    /// <exception cref="InvalidDataException">Numbers do not rise.</exception>
    internal void Add(long number, long monotonicNs, string reason)
    {
        if (number <= lastNumber)
        {
            throw new InvalidDataException($"Frame {number} follows frame {lastNumber}; frame numbers must rise.");
        }

        var missing = number - lastNumber - 1;
        DroppedFrames += missing;
        if (Frames == 0)
        {
            firstNs = monotonicNs;
        }
        else if (missing > 0 && gaps.Count < MaxGaps)
        {
            gaps.Add(new ManifestGap(Ms(lastNs + frameDurationNs), Ms(monotonicNs), reason));
        }

        Frames++;
        lastNumber = number;
        lastNs = monotonicNs;
    }

    /// <summary>The take was to have this many slots; those after its last frame were dropped too.</summary>
    internal void End(long slots) => DroppedFrames += Math.Max(0, slots - lastNumber - 1);

    /// <summary>The take was to last until an instant, and nobody counted its slots; those between its last frame and that instant were dropped too.</summary>
    internal void EndAt(long monotonicNs) => DroppedFrames += Math.Max(0, (long)Math.Round((double)(monotonicNs - lastNs) / frameDurationNs) - 1);

    private double Ms(long monotonicNs) => Math.Round((monotonicNs - firstNs) / 1e6, 3);
}
