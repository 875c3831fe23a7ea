using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.Rehearsal.Drivers;

namespace Rig.Tests.Capture;

public sealed class LiveCaptureTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly EncoderSettings Settings =
        new(VideoCodec.H264, ScriptedLiveCamera.Width, ScriptedLiveCamera.Height, ScriptedLiveCamera.PerSecond, 0.5, "ultrafast");

    private readonly ScriptedLiveCamera.Script script = new();

    [Fact]
    public void Every_picture_of_a_healthy_camera_is_recorded_with_its_own_stamp()
    {
        var result = Record(frames: 60);
        Assert.True(result.IsAccounted, Describe(result));
        Assert.Empty(result.CameraStates);
        Assert.All(result.Frames.Zip(result.Frames.Skip(1)), pair => Assert.Equal((pair.Second.Number - pair.First.Number) * 20_000_000, pair.Second.MonotonicNs - pair.First.MonotonicNs));
        Assert.Equal(0, script.Lent);
    }

    [Fact]
    public void Pictures_that_the_driver_lost_are_counted_as_its_own()
    {
        script.Lost.UnionWith([30, 45]);
        var result = Record(frames: 60);
        Assert.True(result.IsAccounted, Describe(result));
        Assert.Equal(4, result.Dropped[DropCause.DriverDropped]);
        Assert.Equal(["driver_dropped", "driver_dropped"], result.Gaps.Select(g => g.Reason).Where(r => r == "driver_dropped"));
    }

    [Theory]
    [InlineData(DropCause.CameraFault, 1)]
    [InlineData(DropCause.CameraGone, 3)]
    [InlineData(DropCause.CameraStalled, 0)]
    public void A_fault_is_one_gap_with_its_reason_as_long_as_its_empty_slots_and_the_take_goes_on(string cause, int openingsToFail)
    {
        script.Faults[40] = cause;
        script.OpeningsToFail = openingsToFail;
        var result = Record(frames: 80);
        Assert.True(result.IsAccounted, Describe(result));
        var gap = Assert.Single(result.Gaps, g => g.Reason == cause);
        Assert.Equal((long)Math.Round((gap.EndOffsetMs - gap.StartOffsetMs) / 20), result.Dropped[cause]);
        Assert.Equal(2, script.Opened);
        Assert.Contains(result.CameraStates, s => !s.Present && s.Cause == cause);
        Assert.True(result.CameraStates[^1].Present);

        // The gap ends exactly where the first picture after it begins.
        Assert.Contains(result.Frames, f => Math.Abs(((f.MonotonicNs - result.Frames[0].MonotonicNs) / 1e6) - gap.EndOffsetMs) < 0.001);
    }

    [Fact]
    public void A_process_that_takes_a_take_up_again_goes_on_with_its_numbers()
    {
        using var run = new LiveRun(script.Open, Settings, _ => () => new FfmpegEncoder(Settings));
        run.Start(after: (1000, MonotonicClock.NowNs - 1_000_000_000));
        run.WaitForFrames(10, Timeout);
        var result = run.Stop();
        Assert.InRange(result.Frames[0].Number, 1000 + 50, 1000 + 500);
        Assert.True(result.Dropped.Values.Sum() >= 50, Describe(result));
    }

    private LiveRunResult Record(int frames)
    {
        using var run = new LiveRun(script.Open, Settings, _ => () => new FfmpegEncoder(Settings));
        run.Start();
        run.WaitForFrames(frames, Timeout);
        return run.Stop();
    }

    private static string Describe(LiveRunResult result) =>
        $"{result.Frames.Count} frames, {result.Slots} slots, dropped {string.Join(", ", result.Dropped)}";
}
