namespace Rig.CameraNode.Capture;

/// <summary>
/// The time slots of a take: slot n is due exactly n/fps after slot 0, on the monotonic clock, whatever happened to the slots
/// before it. Pure.
/// </summary>
internal readonly record struct FrameSlots(long StartNs, int Fps)
{
    internal long DueNs(long slot) => StartNs + (long)((Int128)slot * 1_000_000_000 / Fps);

    /// <summary>The first slot that is due at or after an instant.</summary>
    internal long FirstAtOrAfter(long monotonicNs)
    {
        if (monotonicNs <= StartNs)
        {
            return 0;
        }

        var slot = (long)((Int128)(monotonicNs - StartNs) * Fps / 1_000_000_000);
        while (DueNs(slot) < monotonicNs)
        {
            slot++;
        }

        return slot;
    }
}
