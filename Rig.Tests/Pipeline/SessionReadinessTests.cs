using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Tests.Pipeline;

public sealed class SessionReadinessTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 16, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);
    private static readonly CameraId[] Rig = [CameraId.Left, CameraId.Center, CameraId.Right];
    private static readonly SessionId Session = SessionId.Parse("GAME_20261121_140000");

    [Fact]
    public void A_session_is_complete_when_every_camera_that_was_asked_has_a_stopped_take()
    {
        Assert.Equal(ReadinessKind.Collecting, Decide(Take("CAM_L", "CAM_L", "CAM_R")).Kind);
        Assert.Equal(ReadinessKind.Complete, Decide(Take("CAM_L", "CAM_L", "CAM_R"), Take("CAM_R", "CAM_L", "CAM_R")).Kind);
    }

    [Fact]
    public void A_take_that_was_not_stopped_is_an_earlier_piece_and_more_is_waited_for()
    {
        var repaired = Take("CAM_R", "CAM_L", "CAM_R") with { EndReason = TakeEndReason.Repaired };
        var decision = Decide(Take("CAM_L", "CAM_L", "CAM_R"), repaired);

        Assert.Equal(ReadinessKind.Collecting, decision.Kind);
        Assert.Equal([CameraId.Right], decision.Missing);
        Assert.Equal(
            ReadinessKind.Complete,
            Decide(Take("CAM_L", "CAM_L", "CAM_R"), repaired, Take("CAM_R", "CAM_L", "CAM_R") with { Id = new TakeId(Session, CameraId.Right, 2) }).Kind);
    }

    [Fact]
    public void The_cameras_are_those_that_any_manifest_names_and_else_those_of_the_rig()
    {
        Assert.Equal(["CAM_L", "CAM_R", "CAM_C"], Decide(Take("CAM_L", "CAM_L", "CAM_R"), Take("CAM_R", "CAM_R", "CAM_C")).Expected.Select(camera => camera.Value));
        Assert.Equal(Rig, Decide(Take("CAM_L")).Expected);
        Assert.Equal(ReadinessKind.Complete, Decide(Take("CAM_L"), Take("CAM_C"), Take("CAM_R")).Kind);
    }

    [Fact]
    public void An_incomplete_session_is_worked_on_after_the_quiet_period_that_its_newest_take_began()
    {
        var early = Take("CAM_L") with { ReceivedAt = Now - TimeSpan.FromMinutes(30) };
        var late = Take("CAM_C") with { ReceivedAt = Now - TimeSpan.FromMinutes(4) };

        var waiting = Decide(early, late);
        Assert.Equal((ReadinessKind.Collecting, TimeSpan.FromMinutes(6)), (waiting.Kind, waiting.LookAgainIn));
        Assert.Equal(ReadinessKind.Quiet, SessionReadiness.Decide(new SessionTakes(Session, [early, late], []), Rig, Quiet, Now.AddMinutes(6)).Kind);
    }

    [Fact]
    public void A_take_that_the_newest_run_does_not_have_opens_the_session_again()
    {
        CollectedTake[] takes = [Take("CAM_L"), Take("CAM_C"), Take("CAM_R")];
        Assert.Equal(ReadinessKind.Queued, SessionReadiness.Decide(new SessionTakes(Session, takes, [.. takes.Select(take => take.Id)]), Rig, Quiet, Now).Kind);
        Assert.Equal(ReadinessKind.Complete, SessionReadiness.Decide(new SessionTakes(Session, takes, [.. takes[..2].Select(take => take.Id)]), Rig, Quiet, Now).Kind);
    }

    [Fact]
    public void A_stage_that_says_it_cannot_is_not_tried_again_and_anything_else_three_times()
    {
        var options = new PipelineOptions { MaxAttempts = 3, RetryDelay = TimeSpan.FromSeconds(10) };

        Assert.Equal(new StageOutcome("no overlap", null), StageOutcome.Of(new StageFailedException("no overlap"), 1, options));
        Assert.Equal(TimeSpan.FromSeconds(10), StageOutcome.Of(new IOException("disk"), 1, options).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(20), StageOutcome.Of(new IOException("disk"), 2, options).RetryAfter);
        Assert.Null(StageOutcome.Of(new IOException("disk"), 3, options).RetryAfter);
    }

    private static Readiness Decide(params CollectedTake[] takes) => SessionReadiness.Decide(new SessionTakes(Session, takes, []), Rig, Quiet, Now);

    private static CollectedTake Take(string camera, params string[] sessionCameras) =>
        new(new TakeId(Session, CameraId.Parse(camera)), Now - TimeSpan.FromSeconds(5), TakeEndReason.Stopped, sessionCameras);
}
