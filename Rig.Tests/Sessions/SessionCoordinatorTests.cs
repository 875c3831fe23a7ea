using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Timing;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Tests.Support;
using static Rig.Domain.Messages.RecordingProtocol;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Tests.Sessions;

public sealed class SessionCoordinatorTests : PatientTestKit
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly SessionId Final = SessionId.Parse("Final");
    private static readonly CameraId[] Expected = [CameraId.Left, CameraId.Right];

    private readonly MasterClock clock = new(TimeProvider.System);
    private readonly TestProbe left;
    private readonly TestProbe right;
    private readonly IActorRef coordinator;

    public SessionCoordinatorTests()
    {
        left = CreateTestProbe();
        right = CreateTestProbe();
        coordinator = Sys.ActorOf(SessionCoordinator.PropsOf(new RigSessionOptions { StartLead = TimeSpan.FromSeconds(0.3) }, Expected, clock));
    }

    [Fact]
    public void Two_cameras_start_at_one_instant_and_stop_at_one_instant()
    {
        HearBoth();
        coordinator.Tell(new StartSession("r1", Final), TestActor);
        AnswerReady(left, CameraId.Left);
        AnswerReady(right, CameraId.Right);
        var (a, b) = (left.FishForMessage<StartTake>(_ => true, Timeout), right.FishForMessage<StartTake>(_ => true, Timeout));
        Assert.Equal(a.StartAtMaster, b.StartAtMaster);
        left.Reply(Began(CameraId.Left, a, 1));
        right.Reply(Began(CameraId.Right, b, 3));
        Assert.Equal(2, ExpectMsg<SessionStarted>(Timeout).Session.StartSpreadMs!.Value, 3);

        coordinator.Tell(new StopSession("r2"), TestActor);
        var (c, d) = (left.FishForMessage<StopTake>(_ => true, Timeout), right.FishForMessage<StopTake>(_ => true, Timeout));
        Assert.Equal(c.StopAtMaster, d.StopAtMaster);
        left.Reply(Finished(CameraId.Left));
        right.Reply(Finished(CameraId.Right));
        Assert.Equal(SessionPhase.Completed, ExpectMsg<SessionStopped>(Timeout).Session.Phase);
    }

    [Fact]
    public void A_new_coordinator_waits_for_the_cameras_and_finds_their_session_before_it_answers()
    {
        // The order comes first; what the cameras report decides.
        coordinator.Tell(new StartSession("r1", SessionId.Parse("Other")), TestActor);
        Hear(left, CameraId.Left, Final);
        Hear(right, CameraId.Right, Final);
        Assert.Equal(ProblemCodes.AlreadyRecording, ExpectMsg<SessionRefused>(Timeout).Code);
    }

    [Fact]
    public void More_orders_than_there_is_room_for_are_refused_while_the_cameras_are_looked_for()
    {
        for (var i = 0; i <= WaitingOrders.Capacity; i++)
        {
            coordinator.Tell(new StopSession($"r{i}"), TestActor);
        }

        Assert.Equal(ProblemCodes.Busy, ExpectMsg<SessionRefused>(Timeout).Code);
        HearBoth();
        for (var i = 0; i < WaitingOrders.Capacity; i++)
        {
            Assert.Equal(ProblemCodes.NotRecording, ExpectMsg<SessionRefused>(Timeout).Code);
        }
    }

    [Fact]
    public void Orders_are_answered_although_a_camera_never_shows_up()
    {
        Hear(left, CameraId.Left);
        coordinator.Tell(new StopSession("r1"), TestActor);
        Assert.Equal(ProblemCodes.NotRecording, ExpectMsg<SessionRefused>(Timeout).Code);
    }

    [Fact]
    public void Every_report_is_answered_with_the_whole_rig()
    {
        Hear(left, CameraId.Left);
        var view = left.FishForMessage<RigView>(v => v.Cameras.Count == 2, Timeout);
        Assert.Equal([true, false], view.Cameras.Select(c => c.Online));
    }

    private void HearBoth()
    {
        Hear(left, CameraId.Left);
        Hear(right, CameraId.Right);
    }

    private void Hear(TestProbe gateway, CameraId camera, SessionId? recording = null) => coordinator.Tell(
        new NodeReport(
            camera, $"http://{camera}", recording is null ? NodePhase.Idle : NodePhase.Recording,
            recording is { } id ? new TakeReport(new TakeId(id, camera), clock.MasterNow, clock.MasterNow, Expected, 1, 30, 0, 100) : null,
            null, [], new NodeClockReport(0, SyncConfidence.Excellent, false), new NodeStorageReport(1, 300, 0, 0, 0), true, 50, null, null, clock.NodeNow),
        gateway.Ref);

    private static void AnswerReady(TestProbe gateway, CameraId camera)
    {
        gateway.FishForMessage<GetReadiness>(_ => true, Timeout);
        gateway.Reply(new CameraReadiness(camera, true, false, []));
    }

    private static TakeBegan Began(CameraId camera, StartTake start, double afterMs) =>
        new(new TakeId(start.SessionId, camera), start.StartAtMaster.AddMilliseconds(afterMs), start.StartAtMaster, "/v/x.mp4");

    private static TakeFinished Finished(CameraId camera) =>
        new(new TakeId(Final, camera), "/v/x.mp4", "/m/x.json", 10, 300, 0, 1000, new string('a', 64), TakeEndReason.Stopped);
}
