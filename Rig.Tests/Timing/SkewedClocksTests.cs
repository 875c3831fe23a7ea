using Rig.Actors.Timing;
using Rig.Domain.Messages;

namespace Rig.Tests.Timing;

/// <summary>Three nodes whose crystals drift, over a network with noise and loss; every seed is another rig.</summary>
public sealed class SkewedClocksTests
{
    private const int Seeds = 500;
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Drifting_clocks_are_known_within_a_millisecond_ten_seconds_after_the_start_and_stay_so()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            foreach (var driftPpm in new[] { 20.0, -20.0, 0.0 })
            {
                var startOffsetMs = (random.NextDouble() - 0.5) * 1000;
                var estimator = OffsetEstimator.Empty;
                for (var second = 0.0; second < 60; second += second < 1 ? 0.1 : 2)
                {
                    var offsetMs = startOffsetMs + (driftPpm * second / 1000);
                    if (random.NextDouble() >= 0.05)
                    {
                        estimator = estimator.Add(Exchange(random, second, offsetMs));
                    }

                    if (second >= 10)
                    {
                        var status = SyncStatus.Of(estimator, "master", Noon.AddSeconds(second), new SyncOptions(), null);
                        Assert.NotEqual(SyncConfidence.Unknown, status.Confidence);
                        Assert.True(Math.Abs(status.OffsetMs!.Value - offsetMs) < 1, $"seed {seed}, {second} s: {status.OffsetMs} ms instead of {offsetMs}");
                    }
                }
            }
        }
    }

    [Fact]
    public void The_drift_is_told_after_a_minute_and_a_step_is_none()
    {
        var random = new Random(1);
        var estimator = OffsetEstimator.Empty;
        for (var second = 0; second <= 600; second += 2)
        {
            estimator = estimator.Add(Exchange(random, second, 4 + (20e-6 * second * 1000)));
            Assert.Equal(second < 60, estimator.DriftPpm is null && second < 60);
        }

        Assert.Equal(20, estimator.DriftPpm!.Value, 1.0);
        Assert.Equal(20, estimator.Shift(TimeSpan.FromSeconds(288)).DriftPpm!.Value, 1.0);
        Assert.Equal(288_000 + estimator.Best!.Value.OffsetMs, estimator.Shift(TimeSpan.FromSeconds(288)).Best!.Value.OffsetMs, 3);
    }

    /// <summary>A switch's 0.2 ms each way with 20 us of noise, and now and then a queue on one way.</summary>
    private static ClockSample Exchange(Random random, double atSecond, double offsetMs)
    {
        double Way() => 0.2 + (0.02 * random.NextDouble()) + (random.Next(10) == 0 ? 3 * random.NextDouble() : 0);
        var sent = Noon.AddSeconds(atSecond);
        var received = sent.AddMilliseconds(Way() - offsetMs);
        return new ClockSample(sent, received, received.AddMilliseconds(0.05), received.AddMilliseconds(0.05 + Way() + offsetMs));
    }
}
