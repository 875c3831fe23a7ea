using Rig.Engine.Remote;

namespace Rig.Tests.Engine.Embedded.Remote;

public sealed class PhiAccrualFailureDetectorTests
{
    private static readonly FailureDetectorSettings Defaults =
        new(8, 200, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(1000), TimeSpan.FromMilliseconds(400));

    private readonly ManualTime _time = new();

    [Fact]
    public void Suspicion_grows_with_silence_and_ends_with_a_heartbeat()
    {
        var detector = Beating();
        var earlier = detector.Phi();
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            var phi = detector.Phi();
            Assert.True(phi >= earlier);
            earlier = phi;
        }
        Assert.False(detector.IsAvailable);

        detector.Heartbeat();

        Assert.True(detector.IsAvailable);
    }

    [Fact]
    public void A_pause_of_800_ms_is_forgiven_and_death_is_noticed_within_two_seconds()
    {
        var detector = Beating();
        _time.Advance(TimeSpan.FromMilliseconds(800 + 200));
        Assert.True(detector.IsAvailable);
        detector.Heartbeat();

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.False(detector.IsAvailable);
    }

    [Fact]
    public void A_peer_that_falls_silent_after_its_first_heartbeat_is_noticed()
    {
        var detector = new PhiAccrualFailureDetector(Defaults, _time);
        Assert.True(detector.IsAvailable);
        Assert.False(detector.IsMonitoring);
        detector.Heartbeat();

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.True(detector.IsMonitoring);
        Assert.False(detector.IsAvailable);
    }

    [Fact]
    public void The_silence_of_a_peer_taken_for_dead_does_not_make_the_detector_slow()
    {
        var detector = Beating();
        _time.Advance(TimeSpan.FromMinutes(5));
        detector.Heartbeat();
        Beat(detector, 5);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.False(detector.IsAvailable);
    }

    private PhiAccrualFailureDetector Beating()
    {
        var detector = new PhiAccrualFailureDetector(Defaults, _time);
        Beat(detector, 100);
        return detector;
    }

    private void Beat(PhiAccrualFailureDetector detector, int times)
    {
        for (var i = 0; i < times; i++)
        {
            detector.Heartbeat();
            _time.Advance(TimeSpan.FromMilliseconds(200));
        }
        detector.Heartbeat();
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
