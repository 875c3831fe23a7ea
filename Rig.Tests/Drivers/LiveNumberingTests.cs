using Rig.CameraNode.Capture.Live;
using Rig.CameraNode.Imaging;

namespace Rig.Tests.Drivers;

public sealed class LiveNumberingTests
{
    private const long PeriodNs = 33_333_333;
    private const long StartNs = 1_000_000_000_000;

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.001)]
    [InlineData(0.999)]
    public void Jitter_and_a_clock_off_by_a_thousandth_neither_invent_nor_hide_a_frame(double speed)
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, null);
        var random = new Random(7);
        for (var i = 0; i < 100_000; i++)
        {
            var ns = StartNs + (long)((i + 0.3 + (random.NextDouble() * 0.6)) * PeriodNs * speed);
            Assert.Equal((i, (string?)null), numbering.Next(1000 + i, ns));
        }
    }

    [Fact]
    public void A_frame_that_comes_late_by_more_than_a_period_does_not_push_the_rest_ahead()
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, null);
        for (var i = 0; i < 1000; i++)
        {
            var late = i % 10 == 5 ? 0.95 : 0;
            numbering.Next(i, StartNs + (long)((i + late) * PeriodNs));
        }

        Assert.Equal(999, numbering.Last!.Value.Number);
    }

    [Fact]
    public void Frames_that_the_driver_counts_as_lost_leave_their_numbers_free()
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, null);
        Assert.Equal((0, null), numbering.Next(5, StartNs + 1));
        Assert.Equal((3, DropCause.DriverDropped), numbering.Next(8, StartNs + (3 * PeriodNs)));
        Assert.Equal((4, null), numbering.Next(9, StartNs + (4 * PeriodNs)));
    }

    [Fact]
    public void Frames_that_a_driver_lost_without_counting_show_in_the_time()
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, null);
        numbering.Next(5, StartNs);
        numbering.Next(6, StartNs + PeriodNs);
        Assert.Equal((4, DropCause.SourceLate), numbering.Next(7, StartNs + (4 * PeriodNs)));
        Assert.Equal((5, null), numbering.Next(8, StartNs + (5 * PeriodNs)));
    }

    [Fact]
    public void A_single_frame_lost_without_being_counted_shows_when_two_frames_stay_late()
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, null);
        numbering.Next(0, StartNs);
        numbering.Next(1, StartNs + PeriodNs);
        Assert.Equal((2, null), numbering.Next(2, StartNs + (3 * PeriodNs)));
        Assert.Equal((4, DropCause.SourceLate), numbering.Next(3, StartNs + (4 * PeriodNs)));
        Assert.Equal((5, null), numbering.Next(4, StartNs + (5 * PeriodNs)));
    }

    [Fact]
    public void A_camera_that_was_opened_again_goes_on_where_the_time_is()
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, null);
        numbering.Next(100, StartNs);
        numbering.Reopened();
        Assert.Equal((30, DropCause.CameraFault), numbering.Next(0, StartNs + (30 * PeriodNs)));
        Assert.Equal((31, null), numbering.Next(1, StartNs + (31 * PeriodNs)));
        Assert.Equal(41, numbering.SlotsUntil(StartNs + (41 * PeriodNs)));
    }

    [Fact]
    public void Frames_before_the_start_or_before_the_last_one_do_not_belong_to_the_take()
    {
        var numbering = new LiveNumbering(StartNs, PeriodNs, (10, StartNs + (10 * PeriodNs)));
        Assert.Null(numbering.Next(0, StartNs - 1));
        Assert.Null(numbering.Next(1, StartNs + (9 * PeriodNs)));
        Assert.Equal((15, DropCause.CaptureRestart), numbering.Next(2, StartNs + (15 * PeriodNs)));
        Assert.Equal((16, null), numbering.Next(3, StartNs + (16 * PeriodNs)));
    }
}
