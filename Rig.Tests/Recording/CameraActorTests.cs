using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Tests.Support;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Tests.Recording;

public sealed class CameraActorTests : HostedTestKit
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly SessionId Final = SessionId.Parse("Final");
    private static readonly CameraId[] Cameras = [CameraId.Left];

    private readonly ScriptedCatalogue catalogue;
    private readonly ScriptedSensors sensors;
    private readonly PublishedNode published;
    private readonly ScriptedCamera camera;
    private readonly IActorRef node;

    public CameraActorTests()
        : this(new ScriptedCameraNode())
    {
    }

    private CameraActorTests(ScriptedCameraNode parts)
        : base(services => services.AddSingleton(parts.Ports), builder => builder.WithCameraActor())
    {
        (catalogue, sensors, published, camera) = (parts.Catalogue, parts.Sensors, parts.Published, parts.Camera);
        node = Required<CameraActor>();
        AwaitCondition(() => published.Current is { Camera.Detected: true }, Timeout);
    }

    [Fact]
    public void A_take_is_reported_begun_when_the_camera_says_that_it_is_on_disk()
    {
        var onDisk = new TaskCompletionSource();
        camera.BeforeStart = _ => onDisk.Task;
        node.Tell(Start(), TestActor);

        // One node answers one asker in order, so an early "begun" would have to come first.
        Assert.Equal(NodePhase.Arming, AwaitReport(NodePhase.Arming).Phase);
        onDisk.SetResult();
        Assert.Equal(new TakeId(Final, CameraId.Left), ExpectMsg<TakeBegan>(Timeout).TakeId);
    }

    [Fact]
    public void The_start_is_the_masters_instant_on_the_nodes_own_clock()
    {
        var at = TimeProvider.System.GetUtcNow();
        var ahead = new ClockSample(at, at.AddMilliseconds(-3), at.AddMilliseconds(-3), at);
        node.Tell(new SyncProtocol.ClockMeasured(ahead, "master"), TestActor);
        node.Tell(new SyncProtocol.GetSyncStatus(), TestActor);
        Assert.Equal(3, ExpectMsg<SyncStatus>(Timeout).OffsetMs!.Value, 3);
        node.Tell(Start() with { StartAtMaster = at }, TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        Assert.Equal(at.AddMilliseconds(3), camera.Started.Single().StartAt);
        Assert.Equal(at, camera.Started.Single().ScheduledStartMaster);
    }

    [Fact]
    public void The_take_is_told_where_to_read_the_temperature_and_how_the_camera_was_aimed()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        var request = camera.Started.Single();
        Assert.Equal(sensors.Read().TemperatureC, request.TemperatureNow!());
        Assert.Equal("good", request.Framing!()!.Status);
    }

    [Fact]
    public void The_same_start_again_gets_the_same_answer_and_another_session_is_refused()
    {
        node.Tell(Start(), TestActor);
        var first = ExpectMsg<TakeBegan>(Timeout);
        node.Tell(Start(), TestActor);
        Assert.Equal(first, ExpectMsg<TakeBegan>(Timeout));
        node.Tell(Start() with { SessionId = SessionId.Parse("Other") }, TestActor);
        Assert.Equal(ProblemCodes.AlreadyRecording, ExpectMsg<TakeRefused>(Timeout).Code);
        Assert.Single(camera.Started);
    }

    [Fact]
    public void A_stop_that_comes_while_the_camera_is_opening_waits_for_it()
    {
        var onDisk = new TaskCompletionSource();
        camera.BeforeStart = _ => onDisk.Task;
        node.Tell(Start(), TestActor);
        node.Tell(new StopTake(Final), TestActor);
        onDisk.SetResult();
        ExpectMsg<TakeBegan>(Timeout);
        ExpectMsg<TakeFinished>(Timeout);
    }

    [Fact]
    public void A_stopped_take_is_answered_again_the_same_and_marks_its_session()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        node.Tell(new StopTake(Final), TestActor);
        var finished = ExpectMsg<TakeFinished>(Timeout);
        node.Tell(new StopTake(Final), TestActor);
        Assert.Equal(finished, ExpectMsg<TakeFinished>(Timeout));
        Assert.Equal(Final, AwaitReport(NodePhase.Idle).StoppedSession);
    }

    [Fact]
    public void A_stop_of_what_does_not_run_is_refused()
    {
        node.Tell(new StopTake(null), TestActor);
        Assert.Equal(ProblemCodes.NotRecording, ExpectMsg<TakeRefused>(Timeout).Code);
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        node.Tell(new StopTake(SessionId.Parse("Other")), TestActor);
        Assert.Equal(ProblemCodes.NotRecording, ExpectMsg<TakeRefused>(Timeout).Code);
        Assert.Empty(camera.Stopped);
    }

    [Fact]
    public void A_session_with_recordings_is_refused_unless_it_goes_on()
    {
        catalogue.Seal(new TakeId(Final, CameraId.Left));
        node.Tell(new GetReadiness(Final), TestActor);
        Assert.True(ExpectMsg<CameraReadiness>(Timeout).SessionKnown);
        node.Tell(Start(), TestActor);
        Assert.Equal(ProblemCodes.SessionExists, ExpectMsg<TakeRefused>(Timeout).Code);
        node.Tell(Start() with { Continues = true }, TestActor);
        Assert.Equal(2, ExpectMsg<TakeBegan>(Timeout).TakeId.Take);
    }

    [Fact]
    public void A_guard_refuses_the_start_in_plain_words_and_a_running_take_goes_on()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        sensors.Reading = sensors.Reading with { TemperatureC = 95 };
        Assert.False(AwaitReport(NodePhase.Recording).Problems.MayStart());
        node.Tell(new StopTake(null), TestActor);
        ExpectMsg<TakeFinished>(Timeout);
        node.Tell(Start() with { SessionId = SessionId.Parse("Next") }, TestActor);
        var refused = ExpectMsg<TakeRefused>(Timeout);
        Assert.Equal(ProblemCodes.TooHot, refused.Code);
        Assert.Contains("too hot", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_that_fails_says_why_and_the_next_one_works()
    {
        camera.BeforeStart = _ => throw new TakeFailedException("The encoder did not start.");
        node.Tell(Start(), TestActor);
        Assert.Equal("The encoder did not start.", ExpectMsg<TakeRefused>(Timeout).Message);
        Assert.Equal("The encoder did not start.", AwaitReport(NodePhase.Idle).LastProblem!.Message);
        camera.BeforeStart = _ => Task.CompletedTask;
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
    }

    [Fact]
    public void Orders_wait_while_the_camera_opens_and_those_that_find_no_room_are_refused_at_once()
    {
        var onDisk = new TaskCompletionSource();
        camera.BeforeStart = _ => onDisk.Task;
        node.Tell(Start(), TestActor);
        AwaitReport(NodePhase.Arming);
        for (var i = 0; i <= WaitingOrders.Capacity; i++)
        {
            node.Tell(Start(), TestActor);
        }

        Assert.Equal(ProblemCodes.Busy, ExpectMsg<TakeRefused>(Timeout).Code);
        onDisk.SetResult();
        for (var i = 0; i <= WaitingOrders.Capacity; i++)
        {
            ExpectMsg<TakeBegan>(Timeout);
        }
    }

    [Fact]
    public void A_take_that_ends_by_itself_is_told_and_is_not_a_stop_by_order()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        camera.EndTake(TakeEndReason.DiskFull);
        var report = AwaitReport(NodePhase.Idle);
        Assert.Null(report.StoppedSession);
        Assert.Contains("disk is full", report.LastProblem!.Message, StringComparison.Ordinal);
        node.Tell(new StopTake(Final), TestActor);
        Assert.Equal(TakeEndReason.DiskFull, ExpectMsg<TakeFinished>(Timeout).EndReason);
    }

    [Fact]
    public void Switching_off_seals_the_running_take_as_cut_short_and_starts_no_other()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        node.Tell(new Quiesce(), TestActor);
        ExpectMsg<Quiesced>(Timeout);
        Assert.Equal(TakeEndReason.NodeStopped, Assert.Single(catalogue.List()).EndReason);
        node.Tell(Start() with { SessionId = SessionId.Parse("Next") }, TestActor);
        Assert.Equal(ProblemCodes.ShuttingDown, ExpectMsg<TakeRefused>(Timeout).Code);
    }

    [Fact]
    public void Reports_go_to_the_newest_gateway_only()
    {
        var first = CreateTestProbe();
        var second = CreateTestProbe();
        node.Tell(new AttachGateway(first.Ref), TestActor);
        first.ExpectMsg<NodeReport>(Timeout);
        node.Tell(new AttachGateway(second.Ref), TestActor);
        second.ExpectMsg<NodeReport>(Timeout);
        second.ExpectMsg<NodeReport>(Timeout);
        Assert.NotNull(published.Current);
    }

    [Fact]
    public void Recording_goes_on_and_starts_again_while_the_storage_stands_still_and_fails()
    {
        using var hold = new ManualResetEventSlim();
        var old = catalogue.Seal(new TakeId(SessionId.Parse("Old"), CameraId.Left));
        AwaitStorage(takes: 1);
        catalogue.Before = what =>
        {
            if (what == nameof(IRecordingDisk.KeepReceipt) && !hold.Wait(Timeout))
            {
                throw new TimeoutException();
            }
        };
        var asker = CreateTestProbe();
        node.Tell(new StorageProtocol.ConfirmTake(old.Id, old.Sha256, "{}"), asker.Ref);
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        for (var failures = 0; failures < 3; failures++)
        {
            Sys.ActorSelection("/user/camera/storage").Tell(Kill.Instance);
        }

        node.Tell(new GetReadiness(Final), TestActor);
        Assert.True(ExpectMsg<CameraReadiness>(Timeout).SessionKnown);
        node.Tell(new StopTake(Final), TestActor);
        ExpectMsg<TakeFinished>(Timeout);
        node.Tell(Start() with { SessionId = SessionId.Parse("Next") }, TestActor);
        ExpectMsg<TakeBegan>(Timeout);

        hold.Set();
        asker.ExpectMsg<StorageProtocol.TakeConfirmed>(Timeout);
        AwaitStorage(takes: 2);
    }

    [Fact]
    public void A_start_on_a_disk_that_cannot_be_read_is_refused_in_words()
    {
        catalogue.Before = what =>
        {
            if (what == nameof(IRecordingDisk.NextTake))
            {
                throw new IOException("gone");
            }
        };
        node.Tell(new GetReadiness(Final), TestActor);
        Assert.Contains(ExpectMsg<CameraReadiness>(Timeout).Problems, problem => problem.Code == ProblemCodes.StorageMissing);
        node.Tell(Start(), TestActor);
        Assert.Contains("cannot be read", ExpectMsg<TakeRefused>(Timeout).Message, StringComparison.Ordinal);
        catalogue.Before = _ => { };
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
    }

    [Fact]
    public void A_take_that_was_stopped_is_in_the_catalogue_of_who_asks_then()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        node.Tell(new StopTake(Final), TestActor);
        ExpectMsg<TakeFinished>(Timeout);
        node.Tell(new StorageProtocol.GetCatalogue(), TestActor);
        Assert.Single(ExpectMsg<Catalogue>(Timeout).Takes);
    }

    [Theory]
    [InlineData("recorder")]
    [InlineData("recorder/capture")]
    [InlineData("sync")]
    [InlineData("storage")]
    public void A_restart_of_an_actor_in_mid_take_neither_ends_the_take_nor_its_capture_process(string child)
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        for (var failures = 0; failures < 3; failures++)
        {
            Sys.ActorSelection($"/user/camera/{child}").Tell(Kill.Instance);
        }

        // The same start is answered the same by the incarnation of now, and the take that it goes on with is stopped by order.
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        node.Tell(new StopTake(Final), TestActor);
        Assert.Equal(TakeEndReason.Stopped, ExpectMsg<TakeFinished>(Timeout).EndReason);
        Assert.Equal((1, 1), (camera.Started.Count, camera.Launches));
        Assert.Equal(Final, AwaitReport(NodePhase.Idle).StoppedSession);
    }

    [Fact]
    public void A_restart_of_the_camera_actor_in_mid_take_keeps_the_take_and_the_gateway()
    {
        var gateway = CreateTestProbe();
        node.Tell(new AttachGateway(gateway.Ref), TestActor);
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        sensors.Fault = new InvalidOperationException("The sensor is gone.");
        AwaitCondition(() => sensors.Fault is null, Timeout);
        gateway.FishForMessage(message => message is NodeReport { Phase: NodePhase.Recording, Take.TakeId: var id } && id == new TakeId(Final, CameraId.Left), Timeout);
        node.Tell(new StopTake(Final), TestActor);
        ExpectMsg<TakeFinished>(Timeout);
        Assert.Equal((1, 1), (camera.Started.Count, camera.Launches));
    }

    [Fact]
    public void A_capture_process_that_dies_in_mid_take_is_replaced_and_the_take_goes_on()
    {
        node.Tell(Start(), TestActor);
        ExpectMsg<TakeBegan>(Timeout);
        camera.KillProcess();
        AwaitCondition(() => camera.Launches == 2 && published.Current!.Camera.Detected, Timeout);
        node.Tell(new StopTake(Final), TestActor);
        Assert.Equal(TakeEndReason.Stopped, ExpectMsg<TakeFinished>(Timeout).EndReason);
        Assert.Single(camera.Started);
    }

    [Fact]
    public void What_is_published_is_what_is_reported_and_judged()
    {
        sensors.Reading = sensors.Reading with { TemperatureC = 95 };
        node.Tell(new GetNodeReport(), TestActor);
        var report = ExpectMsg<NodeReport>(Timeout);
        Assert.Equal(ProblemCodes.TooHot, Assert.Single(report.Problems, p => p.Level == ProblemLevel.Refuse).Code);
        AwaitCondition(() => published.Current is { IsRecording: false, Sensors.TemperatureC: 95 } now && now.Problems.SequenceEqual(report.Problems), Timeout);
    }

    [Fact]
    public void The_camera_supervises_recorder_clock_and_storage()
    {
        foreach (var child in (string[])["recorder", "sync", "storage"])
        {
            Sys.ActorSelection($"/user/camera/{child}").Tell(new Identify(child), TestActor);
            Assert.Equal(node, ((IInternalActorRef)ExpectMsg<ActorIdentity>(Timeout).Subject).Parent);
        }

        Sys.ActorSelection("/user/camera/recorder/capture").Tell(new Identify("capture"), TestActor);
        Assert.NotNull(ExpectMsg<ActorIdentity>(Timeout).Subject);
    }

    private void AwaitStorage(int takes) => AwaitAssert(
        () =>
        {
            var asker = CreateTestProbe();
            node.Tell(new StorageProtocol.GetCatalogue(), asker.Ref);
            Assert.Equal(takes, asker.ExpectMsg<Catalogue>(Timeout).Takes.Count);
        },
        Timeout);

    private static StartTake Start() => new(Final, TimeProvider.System.GetUtcNow(), Cameras);

    private NodeReport AwaitReport(NodePhase phase)
    {
        var probe = CreateTestProbe();
        NodeReport? report = null;
        AwaitAssert(
            () =>
            {
                node.Tell(new GetNodeReport(), probe.Ref);
                report = probe.ExpectMsg<NodeReport>(Timeout);
                Assert.Equal(phase, report.Phase);
            },
            Timeout);
        return report!;
    }
}
