using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;
using Rig.Tests.Storage;

namespace Rig.Tests.Faults;

public sealed class SlowDiskTests
{
    [Fact]
    public async Task A_disk_that_stands_still_for_two_seconds_again_and_again_costs_no_frame()
    {
        var files = new StallingFiles(every: 12);
        await using var rig = await CameraRig.StartAsync(files: files);
        var request = CameraRig.Request();
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        await CameraRig.UntilAsync(() => files.Stalls >= 2 && rig.Camera.Status.Take!.Frames >= 60, () => "two stalls and sixty frames");
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, TimeProvider.System.GetUtcNow()).WaitAsync(CameraRig.Timeout);
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        var numbers = await Ffmpeg.PatternNumbersAsync(sealedTake.FilePath);
        Assert.Equal(sealedTake.Manifest.Video.Frames, numbers.Count);

        // A busy machine may drop a frame before the disk is asked; each one is counted.
        Assert.Equal(numbers[^1] - numbers[0] + 1 - numbers.Count, sealedTake.Manifest.Timing.Gaps!.Sum(gap => (int)Math.Round((gap.EndOffsetMs - gap.StartOffsetMs) * 30 / 1000)));
        Assert.Empty(StorageCheck.Run(rig.Storage).Findings);
    }

    [Fact]
    public async Task A_full_queue_holds_the_sender_and_takes_its_frame_once_there_is_room()
    {
        var frame = SampleVideo.Frames()[0];
        var queue = new FrameQueue(frame.Data.Length * 3);
        queue.Enqueue(frame, "a");
        queue.Enqueue(frame with { Number = 1 }, "a");
        queue.Enqueue(frame with { Number = 2 }, "a");
        Assert.True(queue.IsBacklogged);
        var sender = Task.Run(() => queue.Enqueue(frame with { Number = 3 }, "a"));
        var numbers = new List<long>();
        Assert.True(queue.TryTake((taken, _) => numbers.Add(taken.Number)));
        await sender.WaitAsync(TakeBench.Timeout);
        queue.Close();
        while (queue.TryTake((taken, _) => numbers.Add(taken.Number)))
        {
        }

        Assert.Equal([0, 1, 2, 3], numbers);
    }
}
