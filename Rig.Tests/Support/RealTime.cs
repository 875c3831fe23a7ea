using Rig.CameraNode.Native;

namespace Rig.Tests.Support;

/// <summary>
/// Time that really passes: for a fault at an arbitrary moment or of a given length, and between two looks at a condition. What a
/// test waits for it waits for by <see cref="Eventually"/>.
/// </summary>
internal static class RealTime
{
    public static Task PassAsync(TimeSpan time, CancellationToken cancellationToken = default) => Task.Delay(time, TimeProvider.System, cancellationToken);

    /// <summary>Holds up the calling thread, as a slow disk or driver does.</summary>
    public static void Block(TimeSpan time) => Posix.SleepUntil(MonotonicClock.NowNs + (time.Ticks * 100));

    /// <summary>Ends by cancellation alone.</summary>
    public static Task NeverAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}
