namespace Rig.Actors.Timing;

/// <summary>
/// Tells a step of the wall clock from the passing of time by comparing it with the monotonic clock. chrony slews small errors,
/// which is no step; it steps large ones, and so does whoever sets the clock. Pure.
/// </summary>
/// <param name="Wall">Wall clock at the last look.</param>
/// <param name="Monotonic">Monotonic clock then.</param>
public readonly record struct StepDetector(DateTimeOffset Wall, TimeSpan Monotonic)
{
    /// <summary>A slew moves the clock by a tenth at most (chronyd's maxslewrate), so between two looks a second apart by less than this.</summary>
    public static readonly TimeSpan Smallest = TimeSpan.FromMilliseconds(200);

    /// <returns>By how much the clock was stepped since the last look; zero when it was not.</returns>
    public TimeSpan Look(DateTimeOffset wall, TimeSpan monotonic, out StepDetector next)
    {
        var step = wall - Wall - (monotonic - Monotonic);
        next = new StepDetector(wall, monotonic);
        return step.Duration() >= Smallest ? step : TimeSpan.Zero;
    }
}
