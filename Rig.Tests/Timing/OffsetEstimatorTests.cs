using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rig.Actors.Timing;
using Rig.Domain.Messages;

namespace Rig.Tests.Timing;

public sealed class OffsetEstimatorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An exchange of a node whose clock is ahead of the master's by <paramref name="offsetMs"/>.</summary>
    private static ClockSample Exchange(double offsetMs, double outMs, double backMs, double atMs = 0)
    {
        var sent = Noon.AddMilliseconds(atMs);
        var received = sent.AddMilliseconds(outMs - offsetMs);
        return new ClockSample(sent, received, received.AddMilliseconds(0.1), received.AddMilliseconds(0.1 + backMs + offsetMs));
    }

    [Fact]
    public void A_symmetric_exchange_tells_the_offset_exactly() => Assert.Equal(12.5, Exchange(12.5, 2, 2).OffsetMs, 3);

    [Property(Arbitrary = [typeof(Paths)])]
    public bool The_offset_is_wrong_by_at_most_half_the_round_trip(Path path)
    {
        var sample = Exchange(path.OffsetMs, path.OutMs, path.BackMs);
        return Math.Abs(sample.OffsetMs - path.OffsetMs) <= (sample.RoundTripMs / 2) + 0.001;
    }

    [Fact]
    public void The_exchange_with_the_shortest_round_trip_counts()
    {
        var estimator = OffsetEstimator.Empty.Add(Exchange(3, 9, 1)).Add(Exchange(3, 1, 1, 100)).Add(Exchange(3, 1, 8, 200));
        Assert.Equal(3, estimator.Best!.Value.OffsetMs, 3);
    }

    [Fact]
    public void An_old_exchange_is_forgotten()
    {
        var estimator = OffsetEstimator.Empty.Add(Exchange(1, 0.1, 0.1));
        for (var i = 0; i < OffsetEstimator.WindowSamples; i++)
        {
            estimator = estimator.Add(Exchange(1.5, 1, 1, 1000 * (i + 1)));
        }

        Assert.Equal(1.5, estimator.Best!.Value.OffsetMs, 3);
    }

    [Fact]
    public void A_stepped_clock_starts_the_estimate_again()
    {
        var estimator = OffsetEstimator.Empty.Add(Exchange(1, 0.5, 0.5)).Add(Exchange(5001, 2, 2, 1000));
        Assert.Equal(5001, estimator.Best!.Value.OffsetMs, 3);
    }

    [Fact]
    public void An_exchange_that_cannot_be_true_changes_nothing()
    {
        var estimator = OffsetEstimator.Empty.Add(Exchange(1, 0.5, 0.5));
        var impossible = new ClockSample(Noon, Noon, Noon.AddSeconds(-1), Noon);
        Assert.Same(estimator, estimator.Add(impossible));
    }

    [Theory]
    [InlineData(0.99, SyncConfidence.Excellent)]
    [InlineData(-4.9, SyncConfidence.Good)]
    [InlineData(9.9, SyncConfidence.Fair)]
    [InlineData(-10, SyncConfidence.Poor)]
    public void Confidence_follows_the_size_of_the_offset(double offsetMs, SyncConfidence confidence) => Assert.Equal(confidence, SyncStatus.Rate(offsetMs));

    [Fact]
    public void Without_an_exchange_for_long_the_clock_is_unknown_and_the_last_offset_still_serves()
    {
        var options = new SyncOptions();
        var estimator = OffsetEstimator.Empty.Add(Exchange(3, 1, 1));
        var status = SyncStatus.Of(estimator, "master", Noon + options.StaleAfter + TimeSpan.FromSeconds(2), options, null);
        Assert.Equal(SyncConfidence.Unknown, status.Confidence);
        Assert.Equal(3, status.OffsetMs!.Value, 3);
    }

    [Fact]
    public void The_master_clock_and_back_is_the_nodes_own_instant()
    {
        var clock = new MasterClock(TimeProvider.System) { Status = SyncStatus.Of(OffsetEstimator.Empty.Add(Exchange(250, 1, 1)), "m", Noon, new SyncOptions(), null) };
        Assert.Equal(Noon.AddMilliseconds(250), clock.ToNode(Noon));
        Assert.Equal(Noon, clock.ToMaster(clock.ToNode(Noon)));
    }

    public sealed record Path(double OffsetMs, double OutMs, double BackMs);

    private static class Paths
    {
        public static Arbitrary<Path> Any() => (
            from offsetMicros in Gen.Choose(-100_000, 100_000)
            from outMicros in Gen.Choose(0, 50_000)
            from backMicros in Gen.Choose(0, 50_000)
            select new Path(offsetMicros / 1000.0, outMicros / 1000.0, backMicros / 1000.0)).ToArbitrary();
    }
}
