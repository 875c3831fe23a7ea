using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Rig.Actors.Recording;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

public sealed class CameraTests
{
    [Fact]
    public async Task A_take_holds_every_frame_of_its_time_slots_and_its_manifest_says_so()
    {
        await using var rig = await CameraRig.StartAsync();
        using var standstills = new Standstills();
        TakeRequest request;
        RecordingCamera.TakeStarted started;
        TakeSealed sealedTake;
        var (tries, beganNs) = (0, 0L);
        do
        {
            // A machine that stands still in a take drops pictures, as it should: then another one is looked at.
            beganNs = MonotonicClock.NowNs;
            // The take ends between its 45th slot and the next: a microsecond between two clocks must not decide.
            // It starts as far ahead as a session's start: the encoder is up by then, also on a busy machine.
            request = CameraRig.Request($"GAME_20261121_14000{++tries}", startIn: TimeSpan.FromSeconds(2));
            started = await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
            sealedTake = await rig.Camera.StopTakeAsync(request.Id, request.StartAt.AddSeconds(1.485)).WaitAsync(CameraRig.Timeout);
        }
        while (tries < 9 && standstills.NsWithin(beganNs, MonotonicClock.NowNs) > 0);

        var manifest = sealedTake.Manifest;
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        Assert.True(manifest is { Video.Frames: 45, Quality.DroppedFrames: 0 }, Encoding.UTF8.GetString(manifest.ToUtf8Json()));
        Assert.Equal(1.5, manifest.Video.DurationSec, 6);
        Assert.Equal(started.FirstFrameMaster, manifest.Timing.StartTime);
        Assert.True((manifest.Timing.StartTime - request.ScheduledStartMaster).Duration() < TimeSpan.FromMilliseconds(5), $"{manifest.Timing.StartTime:O}");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(sealedTake.FilePath))), manifest.Checksum.Value);
        Assert.Equal(Enumerable.Range(0, 45), await Ffmpeg.PatternNumbersAsync(sealedTake.FilePath));
        var times = await Ffmpeg.TimesAsync(sealedTake.FilePath);
        Assert.All(times.Select((t, i) => Math.Abs(t - (i / 30.0))), error => Assert.True(error < 0.001));
        Assert.Equal(manifest.Checksum, Manifest.Parse(await File.ReadAllBytesAsync(sealedTake.ManifestPath)).Checksum);
        Assert.Equal([".index", ".mp4"], Directory.GetFiles(Path.GetDirectoryName(sealedTake.FilePath)!).Select(Path.GetExtension).Order());
        Assert.Equal(manifest.Checksum.Value, rig.Catalogue.Find(request.Id)!.Sha256);
    }

    [Fact]
    public async Task A_running_take_can_be_played_and_shows_preview_and_progress()
    {
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request();
        var started = await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);

        var copy = Path.Combine(rig.Folder, "copy.mp4");
        File.Copy(started.FilePath, copy);
        var numbers = await Ffmpeg.PatternNumbersAsync(copy);
        Assert.NotEmpty(numbers);
        await CameraRig.UntilAsync(() => rig.Camera.Preview is not null && rig.Camera.Status.Take?.Frames > numbers.Count, () => "progress and preview");
        Assert.Equal([0xFF, 0xD8], rig.Camera.Preview!.Jpeg[..2]);
        Assert.Equal(2, rig.Catalogue.NextTake(request.Id.SessionId, request.Id.CameraId));

        await Assert.ThrowsAsync<TakeFailedException>(() => rig.Camera.StartTakeAsync(CameraRig.Request("OTHER")));
        await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
        Assert.Null(rig.Camera.Status.Take);
    }

    [Fact]
    public async Task A_second_take_of_the_session_stands_beside_the_first()
    {
        await using var rig = await CameraRig.StartAsync();
        foreach (var take in new[] { 1, 2 })
        {
            var request = CameraRig.Request(take: take);
            Assert.Equal(take, rig.Catalogue.NextTake(request.Id.SessionId, request.Id.CameraId));
            await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
            await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
        }

        Assert.Equal(["GAME_20261121_140000_CAM_L_T2.mp4", "GAME_20261121_140000_CAM_L.mp4"], rig.Catalogue.List().Select(e => e.FileName));
        await Assert.ThrowsAsync<TakeFailedException>(() => rig.Camera.StartTakeAsync(CameraRig.Request()));
        await Assert.ThrowsAsync<TakeFailedException>(
            () => rig.Camera.StopTakeAsync(CameraRig.Request().Id, TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public async Task A_killed_capture_process_costs_a_gap_and_the_take_goes_on()
    {
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request();
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        var killed = rig.Camera.CaptureProcessId!.Value;
        using (var process = Process.GetProcessById(killed))
        {
            process.Kill();
        }

        var before = rig.Camera.Status.Take!.Frames;
        await CameraRig.UntilAsync(() => rig.Camera.CaptureProcessId is { } id && id != killed && rig.Camera.Status.Take!.Frames > before + 20, () => "frames of a new process");
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);

        var manifest = sealedTake.Manifest;
        var gap = Assert.Single(manifest.Timing.Gaps!, g => g.Reason == "capture_restart");
        Assert.True(gap.EndOffsetMs > gap.StartOffsetMs);
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        var empty = manifest.Timing.Gaps!.Sum(g => (long)Math.Round((g.EndOffsetMs - g.StartOffsetMs) * 30 / 1000));
        Assert.Equal((long)Math.Round(manifest.Video.DurationSec * 30), manifest.Video.Frames + empty);
        Assert.True(manifest.Quality!.DroppedFrames >= empty, "Slots before the first frame and after the last are dropped ones, too.");
        var numbers = await Ffmpeg.PatternNumbersAsync(sealedTake.FilePath);
        Assert.Equal(manifest.Video.Frames, numbers.Count);
        var times = await Ffmpeg.TimesAsync(sealedTake.FilePath);
        Assert.All(numbers.Zip(times), frame => Assert.Equal((frame.First - numbers[0]) / 30.0, frame.Second, 3));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(sealedTake.FilePath))), manifest.Checksum.Value);
        var index = FrameIndex.Read(await File.ReadAllBytesAsync(Path.ChangeExtension(sealedTake.FilePath, ".index")));
        Assert.Equal(numbers.Select(n => n - numbers[0]), index.Select(r => (int)(r.Number - index[0].Number)));
    }

    [Fact]
    public async Task What_a_capture_process_that_froze_before_the_stop_owed_is_counted_as_dropped()
    {
        const int SigStop = 19;
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request(startIn: TimeSpan.FromSeconds(2));
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        await CameraRig.UntilAsync(() => rig.Camera.Status.Take!.Frames > 10, () => "frames");
        Assert.Equal(0, DemoProcess.Kill(rig.Camera.CaptureProcessId!.Value, SigStop));

        // Half a second ahead, between two slots. A process that is started again after two silent seconds finds nothing left to record.
        var slots = (long)Math.Ceiling((TimeProvider.System.GetUtcNow() - request.StartAt).TotalSeconds * 30) + 15;
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, request.StartAt.AddSeconds((slots - 0.5) / 30)).WaitAsync(CameraRig.Timeout);

        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        Assert.Equal(slots, sealedTake.Manifest.Video.Frames + sealedTake.Manifest.Quality!.DroppedFrames);
        Assert.True(sealedTake.Manifest.Quality.DroppedFrames >= 14, $"{sealedTake.Manifest.Quality.DroppedFrames}");
    }

    [Fact]
    public async Task A_node_that_shuts_down_seals_its_take_and_says_why()
    {
        var rig = await CameraRig.StartAsync();
        await rig.Camera.StartTakeAsync(CameraRig.Request()).WaitAsync(CameraRig.Timeout);
        await rig.Camera.StopAsync();
        var entry = Assert.Single(rig.Catalogue.List());
        Assert.Equal(TakeEndReason.NodeStopped, entry.EndReason);
        Assert.Equal(entry.SizeBytes, new FileInfo(entry.FilePath).Length);
        await rig.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_shuts_down_before_a_take_starts_leaves_nothing_of_it()
    {
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request(startIn: TimeSpan.FromMinutes(1));
        var starting = rig.Camera.StartTakeAsync(request);
        await CameraRig.UntilAsync(() => rig.Camera.Status.Take is not null, () => "the take is armed");
        await rig.Camera.StopAsync();
        await Assert.ThrowsAsync<TakeFailedException>(() => starting);
        Assert.Empty(Directory.GetFiles(rig.Storage.RecordingsPath, "*", SearchOption.AllDirectories));
        Assert.Empty(rig.Catalogue.List());
    }
}
