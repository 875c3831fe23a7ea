using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;

namespace Rig.Tests.Storage;

public sealed class TakeTimelineTests
{
    [Fact]
    public void Missing_numbers_are_gaps_inside_and_drops_at_both_ends()
    {
        var timeline = new TakeTimeline(frameDurationNs: 100_000_000);
        timeline.Add(2, 1_200_000_000, "unused");
        timeline.Add(3, 1_300_000_000, "unused");
        timeline.Add(6, 1_600_000_000, "why");
        timeline.End(slots: 9);
        Assert.Equal(3, timeline.Frames);
        Assert.Equal(2 + 2 + 2, timeline.DroppedFrames);
        Assert.Equal([new ManifestGap(200, 400, "why")], timeline.Gaps);
        Assert.Equal(0.5, timeline.DurationSec, 9);
    }

    [Theory]
    [InlineData(1_199_000_000, 0)]
    [InlineData(1_299_000_000, 1)]
    [InlineData(1_500_000_000, 3)]
    [InlineData(500_000_000, 0)]
    public void Where_nobody_counted_the_slots_those_until_the_stop_are_drops(long stopNs, long dropped)
    {
        var timeline = new TakeTimeline(frameDurationNs: 100_000_000);
        timeline.Add(0, 1_000_000_000, "unused");
        timeline.Add(1, 1_100_000_000, "unused");
        timeline.EndAt(stopNs);
        Assert.Equal(dropped, timeline.DroppedFrames);
    }

    [Fact]
    public void Numbers_that_do_not_rise_are_refused()
    {
        var timeline = new TakeTimeline(100);
        timeline.Add(4, 400, "");
        Assert.Throws<InvalidDataException>(() => timeline.Add(4, 500, ""));
    }
}
