using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;
using Rig.Tests.Support;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Tests.Timing;

/// <summary>The node clock is set by 288 s: on, as by a late NTP answer, or back.</summary>
public sealed class ClockStepTests : PatientTestKit
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(288)]
    [InlineData(-288)]
    public void A_step_moves_the_offset_and_not_the_master_clock(int seconds)
    {
        var time = new SteppedTime();
        var clock = new MasterClock(time);
        var sync = Sys.ActorOf(SyncActor.PropsOf(false, clock, new NoChrony(), () => new SyncOptions()));
        var now = time.GetUtcNow();
        sync.Tell(new SyncProtocol.ClockMeasured(new ClockSample(now, now.AddMilliseconds(-3), now.AddMilliseconds(-3), now), "master"), TestActor);
        sync.Tell(new SyncProtocol.GetSyncStatus(), TestActor);
        Assert.Equal(3, ExpectMsg<SyncStatus>(Timeout).OffsetMs!.Value, 3);
        var before = clock.MasterNow;
        time.Step(TimeSpan.FromSeconds(seconds));
        sync.Tell(new SyncProtocol.GetSyncStatus(), TestActor);
        var after = ExpectMsg<SyncStatus>(Timeout);
        Assert.InRange(after.OffsetMs!.Value, (seconds * 1000) + 3 - 150, (seconds * 1000) + 3 + 150);
        Assert.InRange(after.StepsMs, (seconds * 1000) - 150, (seconds * 1000) + 150);
        Assert.InRange((clock.MasterNow - before).TotalSeconds, 0, Timeout.TotalSeconds);
    }

    [Theory]
    [InlineData(288)]
    [InlineData(-288)]
    public void A_stop_ordered_around_a_step_happens_at_once(int seconds)
    {
        var time = new SteppedTime();
        var clock = new MasterClock(time);
        var catalogue = new ScriptedCatalogue();
        var camera = new ScriptedCamera(catalogue, time);
        var published = new PublishedNode();
        var node = Sys.ActorOf(CameraActor.PropsOf(new CameraNodePorts(
            CameraId.Left, "http://127.0.0.1:8080", false, camera, catalogue.Storage, new ScriptedSensors(), new NoChrony(), clock, published,
            () => new GuardOptions(), () => new SyncOptions())));
        AwaitCondition(() => published.Current is { Camera.Detected: true }, Timeout);
        var session = SessionId.Parse("Final");
        node.Tell(new StartTake(session, clock.MasterNow, [CameraId.Left]), TestActor);
        ExpectMsg<TakeBegan>(Timeout);

        // The coordinator's clock is right; this node's is set before its offset is measured again.
        var stopAt = clock.MasterNow.AddMilliseconds(500);
        time.Step(TimeSpan.FromSeconds(seconds));
        node.Tell(new StopTake(session, stopAt), TestActor);
        ExpectMsg<TakeFinished>(Timeout);
        Assert.True(camera.Stopped.Single().At <= time.GetUtcNow().AddSeconds(15));
    }

    [Theory]
    [InlineData(288)]
    [InlineData(-288)]
    public async Task A_step_during_a_take_leaves_no_mark_on_its_video(int seconds)
    {
        var time = new SteppedTime();
        await using var rig = await CameraRig.StartAsync(clock: time);
        var request = CameraRig.Request() with { ClockOffsetMs = 2 };
        await rig.Camera.StartTakeAsync(request).WaitAsync(CameraRig.Timeout);
        await CameraRig.UntilAsync(() => rig.Camera.Status.Take!.Frames >= 15, () => "frames before the step");
        time.Step(TimeSpan.FromSeconds(seconds));
        rig.Camera.Clock.Status = rig.Camera.Clock.Status with { OffsetMs = (seconds * 1000) + 2, StepsMs = seconds * 1000 };
        var seen = rig.Camera.Status.Take!.Frames;
        await CameraRig.UntilAsync(() => rig.Camera.Status.Take!.Frames >= seen + 15, () => "frames after the step");
        var sealedTake = await rig.Camera.StopTakeAsync(request.Id, time.GetUtcNow()).WaitAsync(CameraRig.Timeout);

        var timing = sealedTake.Manifest.Timing;
        Assert.Equal(TakeEndReason.Stopped, sealedTake.EndReason);
        Assert.InRange(sealedTake.Manifest.Video.DurationSec, 1, 60);
        Assert.Equal(timing.StartTime.AddSeconds(sealedTake.Manifest.Video.DurationSec), timing.EndTime, TimeSpan.FromMicroseconds(1));
        Assert.Equal((2, (seconds * 1000) + 2, seconds * 1000, 0), (timing.SyncOffsetMs, timing.SyncOffsetEndMs, timing.ClockStepMs, timing.DriftMs));
        var index = FrameIndex.Read(await File.ReadAllBytesAsync(Path.ChangeExtension(sealedTake.FilePath, ".index")));
        Assert.All(index, record => Assert.Equal((record.Number - index[0].Number) * 1e9 / 30, record.MonotonicNs - index[0].MonotonicNs, 2.0));
        Assert.Equal(sealedTake.Manifest.Video.Frames, (await Ffmpeg.PatternNumbersAsync(sealedTake.FilePath)).Count);
    }
}
