using System.Diagnostics;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

/// <summary>What a node makes of a camera that fails in mid-take: real node side, real capture process, scripted camera.</summary>
public sealed class CameraFaultTests
{
    [Theory]
    [InlineData(DropCause.CameraFault)]
    [InlineData(DropCause.CameraStalled)]
    public async Task A_camera_that_fails_is_a_gap_in_the_manifest_and_the_take_goes_on_in_the_same_process(string cause)
    {
        using var folder = new TempFolder("rig-fault");
        await using var rig = await StartAsync(folder);
        var request = CameraRig.Request(startIn: TimeSpan.FromSeconds(1));
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        var process = rig.Camera.CaptureProcessId;
        await ShowAsync(rig, frames: 20);
        await File.WriteAllTextAsync(ScriptedCameraProcess.AbsentFile(folder.Path), "");
        await File.WriteAllTextAsync(ScriptedCameraProcess.FaultFile(folder.Path), cause);
        await CameraRig.UntilAsync(() => !rig.Camera.Status.Detected, () => "the fault is shown");
        Assert.NotNull(rig.Camera.Status.Problem);
        File.Delete(ScriptedCameraProcess.AbsentFile(folder.Path));
        var returnedNs = MonotonicClock.NowNs;
        await CameraRig.UntilAsync(() => rig.Camera.Status.Detected, () => "the camera is back");
        await ShowAsync(rig, frames: 20);
        Assert.Null(rig.Camera.Status.Problem);
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);

        Assert.Equal(process, rig.Camera.CaptureProcessId);
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        var index = FrameIndex.Read(await File.ReadAllBytesAsync(Path.ChangeExtension(sealedTake.FilePath, ".index")));
        var gap = Assert.Single(sealedTake.Manifest.Timing.Gaps!, g => g.Reason == cause);
        var first = index[0].MonotonicNs;
        var after = index.Single(f => Math.Abs(((f.MonotonicNs - first) / 1e6) - gap.EndOffsetMs) < 0.001);
        var before = index[index.ToList().IndexOf(after) - 1];
        Assert.Equal(gap.StartOffsetMs, ((before.MonotonicNs - first) / 1e6) + (1000.0 / ScriptedLiveCamera.PerSecond), 3);
        Assert.True(after.MonotonicNs - returnedNs < 2_000_000_000, $"Pictures came {(after.MonotonicNs - returnedNs) / 1e6:F0} ms after the camera was back.");
        Assert.Equal(sealedTake.Manifest.Video.Frames, index.Count);
    }

    [Fact]
    public async Task A_camera_away_for_longer_than_frames_are_waited_for_keeps_its_process_and_its_take()
    {
        using var folder = new TempFolder("rig-fault");
        await using var rig = await StartAsync(folder);
        var request = CameraRig.Request(startIn: TimeSpan.FromSeconds(1));
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        var process = rig.Camera.CaptureProcessId;
        await File.WriteAllTextAsync(ScriptedCameraProcess.AbsentFile(folder.Path), "");
        await File.WriteAllTextAsync(ScriptedCameraProcess.FaultFile(folder.Path), DropCause.CameraGone);
        await CameraRig.UntilAsync(() => !rig.Camera.Status.Detected, () => "the fault is shown");

        // Longer than the two seconds after which a silent capture process is replaced.
        var untilNs = MonotonicClock.NowNs + 3_000_000_000;
        await CameraRig.UntilAsync(() => MonotonicClock.NowNs > untilNs, () => "three seconds");
        File.Delete(ScriptedCameraProcess.AbsentFile(folder.Path));
        await CameraRig.UntilAsync(() => rig.Camera.Status.Detected, () => "the camera is back");
        await ShowAsync(rig, frames: 10);
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
        Assert.Equal(process, rig.Camera.CaptureProcessId);
        var gap = Assert.Single(sealedTake.Manifest.Timing.Gaps!, g => g.Reason == DropCause.CameraGone);
        // From the last picture before to the first one after; the gap itself begins where the next picture was due.
        Assert.InRange(gap.EndOffsetMs - gap.StartOffsetMs + (1000.0 / ScriptedLiveCamera.PerSecond), 3000, 30_000);
    }

    [Fact]
    public async Task A_capture_process_that_starts_slowly_in_mid_take_is_waited_for()
    {
        using var folder = new TempFolder("rig-fault");
        await using var rig = await StartAsync(folder);
        var request = CameraRig.Request(startIn: TimeSpan.FromSeconds(1));
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        await ShowAsync(rig, frames: 10);
        await File.WriteAllTextAsync(ScriptedCameraProcess.SlowFile(folder.Path), "");
        var first = rig.Camera.CaptureProcessId!.Value;
        using (var process = Process.GetProcessById(first))
        {
            process.Kill();
        }

        await CameraRig.UntilAsync(() => rig.Camera.CaptureProcessId is { } id && id != first, () => "another capture process");
        var second = rig.Camera.CaptureProcessId;
        await ShowAsync(rig, frames: 10);
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
        Assert.Equal(second, rig.Camera.CaptureProcessId);
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        Assert.Single(sealedTake.Manifest.Timing.Gaps!, g => g.Reason == DropCause.CaptureRestart);
    }

    [Fact]
    public async Task A_take_that_no_capture_process_ends_is_sealed_and_what_was_owed_until_the_stop_is_counted()
    {
        const int SigStop = 19;
        using var folder = new TempFolder("rig-fault");
        await using var rig = await StartAsync(folder);
        var request = CameraRig.Request(startIn: TimeSpan.FromSeconds(1));
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        await ShowAsync(rig, frames: 10);
        // The process that follows the frozen one is not there yet when the node no longer waits for the end.
        await File.WriteAllTextAsync(ScriptedCameraProcess.SlowFile(folder.Path), "");
        Assert.Equal(0, DemoProcess.Kill(rig.Camera.CaptureProcessId!.Value, SigStop));
        var length = TimeProvider.System.GetUtcNow().AddSeconds(0.5) - request.StartAt;
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, request.StartAt + length).WaitAsync(CameraRig.Timeout);

        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        var slots = length.TotalSeconds * ScriptedLiveCamera.PerSecond;
        var dropped = sealedTake.Manifest.Quality!.DroppedFrames!.Value;
        Assert.InRange((double)(sealedTake.Manifest.Video.Frames!.Value + dropped), slots - 2, slots + 2);
        Assert.True(dropped >= 0.3 * ScriptedLiveCamera.PerSecond, $"{dropped} dropped");
    }

    private static Task<CameraRig> StartAsync(TempFolder folder) => CameraRig.StartAsync(
        new CameraOptions { Source = "pattern", Width = ScriptedLiveCamera.Width, Height = ScriptedLiveCamera.Height, Fps = ScriptedLiveCamera.PerSecond, BitrateMbps = 0.5, Preset = "ultrafast" },
        command: ScriptedCameraProcess.Command(folder.Path));

    private static Task ShowAsync(CameraRig rig, int frames)
    {
        var target = rig.Camera.Status.Take!.Frames + frames;
        return CameraRig.UntilAsync(() => rig.Camera.Status.Take!.Frames > target, () => $"{target} frames");
    }
}
