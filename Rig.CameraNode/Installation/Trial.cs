namespace Rig.CameraNode.Installation;

/// <param name="Within">From the restart until the version must have proven itself.</param>
/// <param name="Steady">So long it is well without a break: longer than a program lives that dies of its start, or a few of its restarts.</param>
internal sealed record TrialTimes(TimeSpan Within, TimeSpan Steady, TimeSpan Interval)
{
    public static TrialTimes Usual { get; } = new(TimeSpan.FromSeconds(150), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2));
}

/// <summary>Watches whether the version that was put in place is well.</summary>
internal static class Trial
{
    /// <returns>Null when it is, else why not.</returns>
    public static async Task<string?> WatchAsync(IRunningNode node, TrialTimes times, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        long? wellSince = null;
        using var ticks = new PeriodicTimer(times.Interval, time);
        do
        {
            wellSince = await node.IsWellAsync(cancellationToken) ? wellSince ?? time.GetTimestamp() : null;
            if (wellSince is { } since && time.GetElapsedTime(since) >= times.Steady)
            {
                return null;
            }

            if (time.GetElapsedTime(began) >= times.Within)
            {
                return $"It was not well for {times.Steady.TotalSeconds:0} s on end within {times.Within.TotalSeconds:0} s of its start.";
            }
        }
        while (await ticks.WaitForNextTickAsync(cancellationToken));

        return null;
    }
}
