namespace Rig.Engine.Streams;

/// <summary>When a source that failed is made anew: after <see cref="MinBackoff"/>, doubled with each failure in a row up to <see cref="MaxBackoff"/>.</summary>
public class RestartSettings
{
    private RestartSettings(TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxRestarts, TimeSpan maxRestartsWithin)
    {
        MinBackoff = minBackoff;
        MaxBackoff = maxBackoff;
        RandomFactor = randomFactor;
        MaxRestarts = maxRestarts;
        MaxRestartsWithin = maxRestartsWithin;
    }

    public TimeSpan MinBackoff { get; }

    public TimeSpan MaxBackoff { get; }

    /// <summary>Up to this share of the pause is added at random, such as 0.2.</summary>
    public double RandomFactor { get; }

    /// <summary>Failures in a row that are made up for; a source that ran for <see cref="MaxRestartsWithin"/> begins a new row.</summary>
    public int MaxRestarts { get; }

    public TimeSpan MaxRestartsWithin { get; }

    public static RestartSettings Create(TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        new(minBackoff, maxBackoff, randomFactor, int.MaxValue, minBackoff);

    public RestartSettings WithMaxRestarts(int count, TimeSpan within) => new(MinBackoff, MaxBackoff, RandomFactor, count, within);
}
