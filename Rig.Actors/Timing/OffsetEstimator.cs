using System.Collections.Immutable;

namespace Rig.Actors.Timing;

/// <summary>
/// Estimates the node's clock offset from the last exchanges: the one with the shortest round trip waited least in queues, so its
/// offset is the most honest (the clock filter of RFC 5905, section 10, without its dispersion terms).
/// </summary>
public sealed record OffsetEstimator
{
    /// <summary>Exchanges looked at; older ones say little about a drifting crystal.</summary>
    public const int WindowSamples = 8;

    public static readonly OffsetEstimator Empty = new();

    private OffsetEstimator()
    {
    }

    private ImmutableQueue<ClockSample> Samples { get; init; } = [];

    private int Count { get; init; }

    /// <summary>The best exchange in the window; null before the first.</summary>
    public ClockSample? Best { get; private init; }

    /// <summary>Node clock at the end of the newest exchange.</summary>
    public DateTimeOffset? LastSampleAt { get; private init; }

    /// <summary>The first exchange since the clock was last stepped: what the drift is measured from.</summary>
    private ClockSample? First { get; init; }

    /// <summary>How fast the offset grew since then, in millionths; null before <see cref="DriftAfter"/>.</summary>
    public double? DriftPpm => First is { } first && Best is { } best && best.T4 - first.T4 >= DriftAfter
        ? Math.Round((best.OffsetMs - first.OffsetMs) * 1000 / (best.T4 - first.T4).TotalSeconds, 3)
        : null;

    private static readonly TimeSpan DriftAfter = TimeSpan.FromMinutes(1);

    /// <summary>The node clock was stepped by this: what was measured before holds, counted on the clock as it is now.</summary>
    public OffsetEstimator Shift(TimeSpan step)
    {
        ClockSample Moved(ClockSample s) => s with { T1 = s.T1 + step, T4 = s.T4 + step };
        ImmutableQueue<ClockSample> moved = [.. Samples.Select(Moved)];
        return this with
        {
            Samples = moved,
            Best = Best is { } best ? Moved(best) : null,
            First = First is { } first ? Moved(first) : null,
            LastSampleAt = LastSampleAt + step,
        };
    }

    /// <summary>Adds an exchange; an implausible one changes nothing. A step of the clock by more than the window's error starts the window again.</summary>
    public OffsetEstimator Add(ClockSample sample)
    {
        if (!sample.IsPlausible)
        {
            return this;
        }

        if (Best is { } best && Math.Abs(sample.OffsetMs - best.OffsetMs) > (sample.RoundTripMs + best.RoundTripMs) / 2 + StepMs)
        {
            return Empty with { Samples = [sample], Count = 1, Best = sample, First = sample, LastSampleAt = sample.T4 };
        }

        var samples = Samples.Enqueue(sample);
        var count = Count + 1;
        if (count > WindowSamples)
        {
            samples = samples.Dequeue();
            count--;
        }

        return new OffsetEstimator { Samples = samples, Count = count, Best = samples.MinBy(s => s.RoundTripMs), First = First ?? sample, LastSampleAt = sample.T4 };
    }

    // Two offsets further apart than their possible errors plus this cannot both be true: one clock was stepped.
    private const double StepMs = 2;
}
