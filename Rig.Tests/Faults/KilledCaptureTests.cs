using System.Diagnostics;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Faults;

public sealed class KilledCaptureTests
{
    /// <summary>Pictures taken earlier than this before the capture process dies are never lost.</summary>
    private const long MayBeLostNs = 500_000_000;

    [Fact]
    public async Task A_capture_process_killed_at_random_moments_costs_half_a_second_of_pictures_and_the_take_goes_on()
    {
        using var standstills = new Standstills();
        await using var rig = await CameraRig.StartAsync();
        var request = CameraRig.Request();
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        var random = new Random(31);
        var kills = new List<long>();
        for (var kill = 0; kill < 6; kill++)
        {
            var wanted = rig.Camera.Status.Take!.Frames + 25 + random.Next(0, 20);
            await CameraRig.UntilAsync(() => rig.Camera.Status.Take!.Frames >= wanted, () => "frames");
            var id = rig.Camera.CaptureProcessId!.Value;
            using var process = Process.GetProcessById(id);
            kills.Add(MonotonicClock.NowNs);
            process.Kill();
            await CameraRig.UntilAsync(() => rig.Camera.CaptureProcessId is { } next && next != id, () => "another capture process");
        }

        var last = rig.Camera.Status.Take!.Frames + 10;
        await CameraRig.UntilAsync(() => rig.Camera.Status.Take!.Frames >= last, () => "frames after the last kill");
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);

        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        var index = FrameIndex.Read(await File.ReadAllBytesAsync(Path.ChangeExtension(sealedTake.FilePath, ".index")));
        Assert.All(kills, killed =>
        {
            var newest = index.Last(record => record.MonotonicNs <= killed).MonotonicNs;
            var lostNs = killed - newest - standstills.NsWithin(newest, killed);
            Assert.True(lostNs <= MayBeLostNs, $"{lostNs / 1_000_000} ms of pictures before the kill are lost");
        });
        var restarts = sealedTake.Manifest.Timing.Gaps!.Where(gap => gap.Reason == DropCause.CaptureRestart).ToList();
        var firstNs = index[0].MonotonicNs;
        Assert.Equal(kills.Count, kills.Select(killed => restarts.FindIndex(gap => (killed - firstNs) / 1e6 < gap.EndOffsetMs)).Where(n => n >= 0).Distinct().Count());
        // A machine that stands still for seconds ends a capture process too.
        Assert.True(restarts.Count == kills.Count || standstills.NsWithin(firstNs, MonotonicClock.NowNs) > 1_000_000_000, $"{restarts.Count} restarts of {kills.Count}");
        Assert.Equal(sealedTake.Manifest.Video.Frames, (await Ffmpeg.PatternNumbersAsync(sealedTake.FilePath)).Count);
        Assert.Empty(StorageCheck.Run(rig.Storage).Findings);
    }
}
