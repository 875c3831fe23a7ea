using System.Diagnostics;

namespace Rig.CameraNode.Native;

/// <summary>CLOCK_MONOTONIC in nanoseconds, the same for every process of the machine, beside the wall clock.</summary>
internal static class MonotonicClock
{
    private const int Readings = 5;

    internal static long NowNs => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    internal static long WallNowNs(TimeProvider clock) => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>
    /// A picture's stamp on CLOCK_MONOTONIC. libcamera documents CLOCK_BOOTTIME and its drivers mostly pass V4L2's CLOCK_MONOTONIC on;
    /// the two differ by the time that the machine slept, and only one of them puts a picture that just came into the last seconds.
    /// </summary>
    internal static long FromBootOrMonotonic(long stampNs) => FromBootOrMonotonic(stampNs, NowNs, Posix.BootNowNs());

    internal static long FromBootOrMonotonic(long stampNs, long monotonicNowNs, long bootNowNs) =>
        Math.Abs(monotonicNowNs - stampNs) <= Math.Abs(bootNowNs - stampNs) ? stampNs : stampNs - (bootNowNs - monotonicNowNs);

    /// <summary>Where a wall-clock instant lies on the monotonic clock, by both clocks' readings now.</summary>
    internal static long At(DateTimeOffset wall, TimeProvider clock)
    {
        // A thread that loses its processor between two readings would be wrong by as long; the closest of a few pairs is not.
        var (bestNs, bestWidthNs) = (0L, long.MaxValue);
        for (var reading = 0; reading < Readings; reading++)
        {
            var before = NowNs;
            var away = (wall - clock.GetUtcNow()).Ticks * 100;
            var after = NowNs;
            if (after - before < bestWidthNs)
            {
                (bestNs, bestWidthNs) = (before + ((after - before) / 2) + away, after - before);
            }
        }

        return bestNs;
    }
}
