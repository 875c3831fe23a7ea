using System.Globalization;
using Rig.CameraNode.Frames;
using Rig.Domain.Frames;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>What the device keeps on disk, and what it decides by itself.</summary>
public sealed class SpoolTests : IDisposable
{
    private const long Unlimited = 1L << 40;

    private readonly TempFolder folder = new("rig-spool");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Numbers_go_up_over_restarts_and_none_is_given_twice()
    {
        var spool = new FrameSpool(folder.Path);
        Add(spool, burst: false);
        Add(spool, burst: true);
        spool.Remove(0);

        // Killed here and started again: once with a picture waiting, once with none.
        spool = new FrameSpool(folder.Path);
        Assert.Equal([1L], spool.State.Entries.Keys);
        spool.Remove(1);
        spool = new FrameSpool(folder.Path);
        Assert.Empty(spool.State.Entries);
        Add(spool, burst: false);
        Assert.Equal([2L], spool.State.Entries.Keys);
    }

    [Fact]
    public void A_file_that_a_power_cut_left_half_written_uses_no_number()
    {
        var spool = new FrameSpool(folder.Path);
        Add(spool, burst: false);
        File.WriteAllBytes(folder.File("0000000000000000001-baseline.frame.0123.tmp"), [1, 2, 3]);
        spool = new FrameSpool(folder.Path);
        Assert.Equal([0L], spool.State.Entries.Keys);
        Assert.Equal(1, spool.State.NextSeq);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_file_is_moved_aside_and_the_others_go_on()
    {
        var spool = new FrameSpool(folder.Path);
        Add(spool, burst: false);
        Add(spool, burst: false);
        File.WriteAllBytes(Directory.EnumerateFiles(folder.Path, "*0-baseline.frame").Single(), [0, 0, 0, 200, 1]);
        Assert.Null(spool.Read(spool.State.Oldest!));
        Assert.Equal(1, spool.Read(spool.State.Oldest!)!.Header.Seq);
        Assert.Single(Directory.EnumerateFiles(folder.File("rejected")));
    }

    [Fact]
    public void Where_the_disk_is_full_the_oldest_of_the_baseline_goes_first_and_bursts_last()
    {
        var spool = new FrameSpool(folder.Path);
        foreach (var burst in new[] { true, false, false, true })
        {
            Add(spool, burst);
        }

        var size = spool.State.SizeBytes;
        Assert.Equal(1, Add(spool, burst: true, maxBytes: size));
        Assert.Equal([0L, 2, 3, 4], spool.State.Entries.Keys);
        Add(spool, burst: false, maxBytes: size);
        Assert.Equal([0L, 3, 4, 5], spool.State.Entries.Keys);

        // The one in hand is being sent and stays.
        Add(spool, burst: true, maxBytes: size, inHand: 5);
        Assert.Equal([3L, 4, 5, 6], spool.State.Entries.Keys);
    }

    [Fact]
    public void A_device_that_forgot_its_count_goes_on_after_what_the_server_has()
    {
        var spool = new FrameSpool(folder.Path);
        Add(spool, burst: false);
        spool.GoOnAfter(700);
        spool.Renumber(0);
        Assert.Equal([701L], spool.State.Entries.Keys);
        Assert.Equal(701, spool.Read(spool.State.Oldest!)!.Header.Seq);
        Assert.Equal(702, new FrameSpool(folder.Path).State.NextSeq);
    }

    [Theory]
    [InlineData(200, true, nameof(UploadOutcome.Delivered))]
    [InlineData(409, true, nameof(UploadOutcome.Delivered))]
    [InlineData(409, false, nameof(UploadOutcome.NumberTaken))]
    [InlineData(400, true, nameof(UploadOutcome.Rejected))]
    [InlineData(413, true, nameof(UploadOutcome.Rejected))]
    [InlineData(401, true, nameof(UploadOutcome.NotAllowed))]
    [InlineData(403, true, nameof(UploadOutcome.NotAllowed))]
    [InlineData(429, true, nameof(UploadOutcome.TryAgain))]
    [InlineData(500, true, nameof(UploadOutcome.TryAgain))]
    [InlineData(503, true, nameof(UploadOutcome.TryAgain))]
    [InlineData(507, true, nameof(UploadOutcome.TryAgain))]
    public void Each_answer_means_what_the_contract_says(int status, bool same, string outcome) => Assert.Equal(Enum.Parse<UploadOutcome>(outcome), UploadPlan.Judge(status, same));

    [Fact]
    public void Waits_double_up_to_the_longest_and_never_come_all_at_once()
    {
        var (first, most) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        var plan = UploadPlan.Start;
        for (var failure = 0; failure < 10; failure++)
        {
            plan = plan.Failed();
            var full = Math.Min(60, Math.Pow(2, failure));
            Assert.Equal(full, plan.Delay(UploadOutcome.TryAgain, first, most, chance: 1, null).TotalSeconds);
            Assert.Equal(full / 2, plan.Delay(UploadOutcome.TryAgain, first, most, chance: 0, null).TotalSeconds);
        }

        Assert.Equal(30, UploadPlan.Start.Failed().Delay(UploadOutcome.TryAgain, first, most, 0, TimeSpan.FromSeconds(30)).TotalSeconds);
    }

    [Fact]
    public void A_burst_begins_when_it_is_served_and_ends_by_itself_where_the_server_is_gone()
    {
        var plan = CapturePlan.Start.With(CapturePlan.Defaults with { CaptureMode = ServedConfig.Burst, BurstId = 1 }, nowMs: 1_000);
        Assert.Equal(TimeSpan.FromMilliseconds(500), plan.IntervalAt(15_999));
        Assert.Equal(TimeSpan.FromSeconds(30), plan.IntervalAt(16_000));
        plan = plan.With(CapturePlan.Defaults, nowMs: 5_000);
        Assert.Equal(TimeSpan.FromSeconds(30), plan.IntervalAt(5_000));
    }

    private static int Add(FrameSpool spool, bool burst, long maxBytes = Unlimited, long? inHand = null) => spool.Add(
        new TakenPicture(new byte[2000], 640, 480, 80, DateTimeOffset.Parse("2026-12-01T10:00:00Z", CultureInfo.InvariantCulture), 5, burst), "boot", maxBytes, inHand);
}
