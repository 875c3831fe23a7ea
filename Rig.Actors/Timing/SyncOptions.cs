namespace Rig.Actors.Timing;

public sealed class SyncOptions
{
    public const string Section = "Rig:Sync";

    /// <summary>A camera whose clock is further from the master's does not pass the readiness check.</summary>
    public double MaxOffsetMs { get; set; } = 5;

    /// <summary>Time between exchanges with the master.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Without an exchange for this long the offset counts as unknown; the last value still serves to schedule starts.</summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(30);

    public IEnumerable<string> Errors()
    {
        if (MaxOffsetMs is not (>= 0.1 and <= 1000))
        {
            yield return $"{Section}:MaxOffsetMs is {MaxOffsetMs}; use 0.1 to 1000 milliseconds.";
        }

        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromMinutes(1))
        {
            yield return $"{Section}:Interval is {Interval}; use 00:00:00.1 to 00:01:00.";
        }

        if (StaleAfter < 2 * Interval)
        {
            yield return $"{Section}:StaleAfter is {StaleAfter}; use at least twice {Section}:Interval.";
        }
    }
}
