using System.Diagnostics;

namespace Rig.CameraNode.Capture;

/// <summary>CLOCK_MONOTONIC in nanoseconds, the same for every process of the machine, beside the wall clock.</summary>
internal static class MonotonicClock
{
    internal static long NowNs => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    internal static long WallNowNs(TimeProvider clock) => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>Where a wall-clock instant lies on the monotonic clock, by both clocks' readings now.</summary>
    internal static long At(DateTimeOffset wall, TimeProvider clock) => NowNs + ((wall - clock.GetUtcNow()).Ticks * 100);
}
