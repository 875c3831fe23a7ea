using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rig.Actors.Sessions;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Domain.Messages.RecordingProtocol;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Tests.Sessions;

public sealed class SessionStateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly CameraId[] Three = [CameraId.Left, CameraId.Center, CameraId.Right];
    private static readonly SessionId Final = SessionId.Parse("Final");
    private static readonly RigSessionOptions Options = new();

    private readonly List<SessionEffect> effects = [];
    private SessionState state = new(Options, [.. Three]);
    private DateTimeOffset now = Noon;

    [Fact]
    public void Every_camera_is_asked_first_and_all_start_at_one_instant_two_seconds_later()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        Assert.Equal(3, Sent<GetReadiness>().Count);
        AllReady();
        var starts = Sent<StartTake>();
        Assert.Equal(3, starts.Count);
        Assert.All(starts, s => Assert.Equal(now + Options.StartLead, ((StartTake)s.Message).StartAtMaster));
    }

    [Fact]
    public void A_session_without_a_name_is_named_after_the_master_clock()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", null), now));
        Assert.Equal("GAME_20261121_120000", state.Current!.Id.Value);
    }

    [Fact]
    public void The_spread_is_between_the_earliest_and_the_latest_first_frame()
    {
        StartAll(spreadMs: 4);
        var started = Assert.IsType<SessionStarted>(Answers().Single());
        Assert.Equal(8, started.Session.StartSpreadMs!.Value, 3);
        Assert.Equal(SessionPhase.Recording, started.Session.Phase);
    }

    [Fact]
    public void An_unready_camera_is_named_and_the_healthy_ones_record()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        Answer<GetReadiness>(c => c == CameraId.Left
            ? new CameraReadiness(c, false, false, [new Problem(ProblemCodes.CameraMissing, ProblemLevel.Refuse, "The camera gives no picture.")])
            : new CameraReadiness(c, true, false, []));
        var starts = Sent<StartTake>();
        Assert.Equal([CameraId.Center, CameraId.Right], starts.Select(s => s.CameraId).Order(ById));
        Assert.All(starts, s => Assert.Equal(2, ((StartTake)s.Message).SessionCameras.Count));
        Answer<StartTake>(Began);

        var view = Assert.IsType<SessionStarted>(Answers().Single()).Session;
        Assert.Equal("The camera gives no picture.", Part(view, CameraId.Left).Problem);
        Assert.Equal(CameraPart.Recording, Part(view, CameraId.Right).Part);
    }

    [Fact]
    public void A_camera_that_was_never_heard_is_named_and_not_waited_for()
    {
        Hear(CameraId.Left);
        Hear(CameraId.Center);
        Do(s => s.Start(new StartSession("r1", Final), now));
        AllReady();
        Answer<StartTake>(Began);
        var view = Assert.IsType<SessionStarted>(Answers().Single()).Session;
        Assert.Equal(CameraPart.Silent, Part(view, CameraId.Right).Part);
        Assert.Contains("CAM_R is not there", Part(view, CameraId.Right).Problem!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_camera_that_gives_no_answer_to_the_start_is_named_and_the_session_runs()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        AllReady();
        var silent = Sent<StartTake>().Single(s => s.CameraId == CameraId.Right);
        Answer<StartTake>(Began, except: CameraId.Right);
        Do(s => s.Silent(CameraId.Right, silent.CommandId, now));
        var view = Assert.IsType<SessionStarted>(Answers().Single()).Session;
        Assert.Equal(CameraPart.Silent, Part(view, CameraId.Right).Part);
        Assert.Equal(SessionPhase.Recording, view.Phase);
    }

    [Fact]
    public void A_partly_started_session_can_be_stopped()
    {
        A_camera_that_gives_no_answer_to_the_start_is_named_and_the_session_runs();
        Do(s => s.Stop(new StopSession("r2"), now));
        Assert.Equal(3, Sent<StopTake>().Count);
        Answer<StopTake>(c => c == CameraId.Right ? new TakeRefused(c, ProblemCodes.NotRecording, "Not recording", []) : Finished(c));
        var view = Assert.IsType<SessionStopped>(Answers().Last()).Session;
        Assert.Equal(SessionPhase.Completed, view.Phase);
        Assert.Single(Part(view, CameraId.Left).Takes);
    }

    [Fact]
    public void Without_any_ready_camera_the_start_is_refused_with_every_reason()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        Answer<GetReadiness>(c => new CameraReadiness(c, false, false, [new Problem(ProblemCodes.StorageLow, ProblemLevel.Refuse, "The disk is full.")]));
        var refused = Assert.IsType<SessionRefused>(Answers().Single());
        Assert.Equal(3, refused.Problems.Count);
        Assert.Null(state.Current);
    }

    [Fact]
    public void A_session_that_a_camera_has_recordings_of_is_refused_before_anything_starts()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        Answer<GetReadiness>(c => new CameraReadiness(c, true, c == CameraId.Left, []));
        Assert.Equal(ProblemCodes.SessionExists, Assert.IsType<SessionRefused>(Answers().Single()).Code);
        Assert.Empty(Sent<StartTake>());
    }

    [Fact]
    public void The_same_order_again_is_answered_as_the_first_time()
    {
        StartAll();
        var first = Assert.IsType<SessionStarted>(Answers().Single());
        effects.Clear();
        Do(s => s.Start(new StartSession("r1", null), now));
        Assert.Equivalent(first, Answers().Single());
        Assert.Empty(effects.OfType<SessionEffect.Command>());
    }

    [Fact]
    public void Another_start_while_recording_is_refused()
    {
        StartAll();
        effects.Clear();
        Do(s => s.Start(new StartSession("r2", SessionId.Parse("Other")), now));
        var refused = Assert.IsType<SessionRefused>(Answers().Single());
        Assert.Equal(ProblemCodes.AlreadyRecording, refused.Code);
        Assert.Contains("Final", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_cameras_stop_at_one_instant()
    {
        StartAll();
        Do(s => s.Stop(new StopSession("r2"), now));
        Assert.All(Sent<StopTake>(), s => Assert.Equal(now + Options.StopLead, ((StopTake)s.Message).StopAtMaster));
        Answer<StopTake>(Finished);
        Assert.Equal(SessionPhase.Completed, Assert.IsType<SessionStopped>(Answers().Last()).Session.Phase);
        Assert.Null(state.Current);
    }

    [Fact]
    public void A_stop_without_a_session_says_so()
    {
        HearAll();
        Do(s => s.Stop(new StopSession("r2"), now));
        Assert.Equal(ProblemCodes.NotRecording, Assert.IsType<SessionRefused>(Answers().Single()).Code);
    }

    [Fact]
    public void A_stop_that_comes_during_the_start_follows_it()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        AllReady();
        Do(s => s.Stop(new StopSession("r2"), now));
        Assert.Empty(Sent<StopTake>());
        Answer<StartTake>(Began);
        Assert.Equal(3, Sent<StopTake>().Count);
        Answer<StopTake>(Finished);
        Assert.IsType<SessionStopped>(Answers().Last());
    }

    [Fact]
    public void A_stop_does_not_wait_for_a_camera_that_is_being_started_again()
    {
        StartAll();
        Later(10);
        Hear(CameraId.Left);
        Assert.Contains(Sent<StartTake>(), s => s.CameraId == CameraId.Left && ((StartTake)s.Message).Continues);
        Do(s => s.Stop(new StopSession("r2"), now));
        Assert.Equal(3, Sent<StopTake>().Count);
    }

    [Fact]
    public void A_new_coordinator_picks_up_the_session_that_the_cameras_report()
    {
        foreach (var camera in Three)
        {
            Hear(camera, recording: Final);
        }

        Assert.Equal((Final, SessionPhase.Recording), (state.Current!.Id, state.Current.Phase));
        Assert.Empty(effects);
        Do(s => s.Stop(new StopSession("r9"), now));
        Answer<StopTake>(Finished);
        Assert.IsType<SessionStopped>(Answers().Single());
    }

    [Fact]
    public void A_node_that_was_restarted_in_mid_session_is_started_again_in_the_same_session()
    {
        StartAll();
        effects.Clear();
        Later(10);
        Hear(CameraId.Left);
        var again = Assert.Single(Sent<StartTake>());
        var start = Assert.IsType<StartTake>(again.Message);
        Assert.Equal((CameraId.Left, Final, true), (again.CameraId, start.SessionId, start.Continues));

        Do(s => s.Answered(CameraId.Left, again.CommandId, Began(CameraId.Left) with { TakeId = new TakeId(Final, CameraId.Left, 2), ScheduledStartMaster = now }, now));
        var part = Part(state.View(now).Session!, CameraId.Left);
        Assert.Equal((CameraPart.Recording, 2), (part.Part, part.TakeId!.Value.Take));
        Assert.Null(part.Problem);
    }

    [Fact]
    public void A_camera_that_refuses_is_asked_again_only_after_a_while()
    {
        StartAll();
        effects.Clear();
        Later(10);
        Hear(CameraId.Left);
        var again = Assert.Single(Sent<StartTake>());
        Do(s => s.Answered(CameraId.Left, again.CommandId, new TakeRefused(CameraId.Left, ProblemCodes.StartFailed, "No encoder.", []), now));
        Hear(CameraId.Left);
        Assert.Single(Sent<StartTake>());
        Later(Options.RetryInterval.TotalSeconds);
        Hear(CameraId.Left);
        Assert.Equal(2, Sent<StartTake>().Count);
    }

    [Fact]
    public void A_camera_that_was_stopped_by_hand_is_left_alone()
    {
        StartAll();
        effects.Clear();
        Later(10);
        Hear(CameraId.Left, stopped: Final);
        Assert.Empty(effects);
        Assert.Equal(CameraPart.Stopped, Part(state.View(now).Session!, CameraId.Left).Part);
    }

    [Fact]
    public void A_camera_that_was_stopped_and_started_again_by_hand_between_two_reports_is_left_alone_too()
    {
        StartAll();
        effects.Clear();
        Later(10);
        var second = SessionId.Parse("Second");
        Hear(CameraId.Left, recording: second);
        Later(10);
        Hear(CameraId.Left, stopped: second);
        Assert.Empty(effects);
        Assert.Equal(CameraPart.Stopped, Part(state.View(now).Session!, CameraId.Left).Part);
    }

    [Fact]
    public void A_camera_that_was_stopped_by_hand_and_then_records_the_session_again_takes_part_again()
    {
        StartAll();
        Later(10);
        Hear(CameraId.Left, stopped: Final);
        Hear(CameraId.Left, recording: Final);
        Assert.Equal(CameraPart.Recording, Part(state.View(now).Session!, CameraId.Left).Part);
        effects.Clear();
        Later(60);
        Hear(CameraId.Left);
        Assert.Single(Sent<StartTake>());
    }

    [Fact]
    public void A_camera_that_missed_the_stop_is_stopped_when_it_is_heard_again_and_its_take_is_kept()
    {
        StartAll();
        Do(s => s.Stop(new StopSession("r2"), now));
        var lost = Sent<StopTake>().Single(s => s.CameraId == CameraId.Right);
        Answer<StopTake>(Finished, except: CameraId.Right);
        Do(s => s.Silent(CameraId.Right, lost.CommandId, now));
        var view = Assert.IsType<SessionStopped>(Answers().Last()).Session;
        Assert.Contains("CAM_R did not answer the stop", Part(view, CameraId.Right).Problem!, StringComparison.Ordinal);

        effects.Clear();
        Later(60);
        Hear(CameraId.Right, recording: Final);
        Hear(CameraId.Right, recording: Final);
        var stop = Assert.Single(Sent<StopTake>());
        Do(s => s.Answered(CameraId.Right, stop.CommandId, Finished(CameraId.Right), now));
        Assert.Single(Part(state.View(now).Session!, CameraId.Right).Takes);
    }

    [Fact]
    public void A_camera_that_began_although_the_start_was_given_up_is_adopted_and_not_stopped()
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        AllReady();
        foreach (var command in Sent<StartTake>())
        {
            Do(s => s.Silent(command.CameraId, command.CommandId, now));
        }

        Assert.IsType<SessionRefused>(Answers().Single());
        Hear(CameraId.Center, recording: Final);
        Assert.Empty(Sent<StopTake>());
        Assert.Equal(Final, state.Current!.Id);
    }

    [Fact]
    public void Disagreeing_cameras_are_named_in_the_view()
    {
        StartAll();
        Later(1);
        Hear(CameraId.Left, recording: Final);
        Hear(CameraId.Center, recording: Final);
        Hear(CameraId.Right, recording: SessionId.Parse("Other"));
        Assert.Contains(state.View(now).Disagreements, d => d.Contains("different sessions", StringComparison.Ordinal) && d.Contains("CAM_R Other", StringComparison.Ordinal));
        Later(10);
        Assert.All(state.View(now).Cameras, c => Assert.False(c.Online));
    }

    [Fact]
    public void Only_the_last_sessions_are_remembered()
    {
        for (var i = 0; i < SessionState.HistoryLength + 5; i++)
        {
            HearAll();
            Do(s => s.Start(new StartSession($"s{i}", SessionId.Parse($"Game{i}")), now));
            AllReady();
            Answer<StartTake>(Began);
            Do(s => s.Stop(new StopSession($"e{i}"), now));
            Answer<StopTake>(Finished);
            Later(1);
        }

        Assert.Equal(SessionState.HistoryLength, state.Sessions().Sessions.Count);
        Assert.Equal("Game24", state.Sessions().Sessions[0].SessionId.Value);
    }

    /// <summary>Whatever happens in whatever order: every order is answered once, and no camera is stopped that nobody ordered to stop.</summary>
    [Property(MaxTest = 300, Arbitrary = [typeof(Seeds)])]
    public void No_sequence_of_events_stops_a_camera_unasked_or_leaves_an_order_unanswered(int seed)
    {
        var test = new SessionStateTests();
        var random = new Random(seed);
        var asked = new HashSet<string>();
        var stopOrdered = false;
        for (var i = 0; i < 60; i++)
        {
            var camera = Three[random.Next(3)];
            switch (random.Next(7))
            {
                case 0:
                    asked.Add($"a{i}");
                    test.Do(s => s.Start(new StartSession($"a{i}", random.Next(2) == 0 ? null : Final), test.now));
                    break;
                case 1:
                    asked.Add($"b{i}");
                    stopOrdered = true;
                    test.Do(s => s.Stop(new StopSession($"b{i}"), test.now));
                    break;
                case 2:
                    test.Hear(camera);
                    break;
                case 3 when test.state.Current is { } current:
                    test.Hear(camera, recording: current.Id);
                    break;
                case 4:
                    test.Later(random.NextDouble() * 4);
                    break;
                default:
                    if (test.Outstanding() is { Count: > 0 } open)
                    {
                        test.Settle(open[random.Next(open.Count)], random);
                    }

                    break;
            }

            Assert.True(stopOrdered || test.Sent<StopTake>().Count == 0, $"seed {seed}: a camera was stopped unasked");
        }

        // Nothing answers any more: every order still ends.
        for (var guard = 0; test.Outstanding() is { Count: > 0 } open && guard < 100; guard++)
        {
            test.Do(s => s.Silent(open[0].CameraId, open[0].CommandId, test.now));
        }

        var answered = test.effects.OfType<SessionEffect.Answer>().Select(a => a.RequestId).ToList();
        Assert.Equal(answered.Distinct().Count(), answered.Count);
        Assert.Equal(asked.Order(), answered.Order());
    }

    [Fact]
    public void A_session_that_every_camera_lost_at_once_goes_on_in_all_of_them()
    {
        Gather();
        foreach (var camera in Three)
        {
            Hear(camera, interrupted: Final);
        }

        Later(1);
        HearAll();
        var starts = Sent<StartTake>();
        Assert.Equal(Three, starts.Select(s => s.CameraId));
        Assert.All(starts, s => Assert.True(((StartTake)s.Message) is { Continues: true } start && start.SessionId == Final));
        Answer<StartTake>(Began);
        Assert.Equal((SessionPhase.Recording, 48.0), (state.Current!.Phase, state.Current.ResumedAfterSec!.Value));
        Assert.Contains(state.View(now).Disagreements, d => d.Contains("went on by itself 48 seconds later", StringComparison.Ordinal));
    }

    [Fact]
    public void A_session_that_was_lost_goes_on_only_after_those_who_may_know_of_its_end_were_waited_for()
    {
        Hear(CameraId.Left, interrupted: Final);
        Assert.Null(state.Current);
        Gather();
        Hear(CameraId.Left, interrupted: Final);
        Assert.Equal(CameraId.Left, Assert.Single(Sent<StartTake>()).CameraId);
        Assert.Equal(CameraPart.Silent, Part(state.Current!.ToView(), CameraId.Right).Part);
    }

    [Fact]
    public void A_session_that_one_camera_knows_to_be_stopped_does_not_go_on()
    {
        Hear(CameraId.Right, ended: Final);
        Gather();
        Hear(CameraId.Left, interrupted: Final);
        Assert.Null(state.Current);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_session_that_was_stopped_here_does_not_go_on_in_a_camera_that_comes_back_later()
    {
        StartAll();
        Do(s => s.Stop(new StopSession("r2"), now));
        Answer<StopTake>(Finished);
        Gather();
        effects.Clear();
        Hear(CameraId.Right, interrupted: Final);
        Assert.Null(state.Current);
        Assert.Empty(Sent<StartTake>());
    }

    [Fact]
    public void A_camera_that_goes_on_alone_is_stopped_when_it_meets_one_that_knows_of_the_stop()
    {
        Gather();
        Hear(CameraId.Left, recording: Final);
        Hear(CameraId.Right, ended: Final);
        Assert.Contains(Sent<StopTake>(), stop => stop is { Message: StopTake { EndsSession: true } } && stop.CameraId == CameraId.Left);
        Answer<StopTake>(Finished);
        Assert.Equal((null, SessionPhase.Completed), (state.Current, state.History[0].Phase));
    }

    [Fact]
    public void A_camera_that_was_stopped_alone_before_the_power_went_stays_stopped()
    {
        Gather();
        Hear(CameraId.Left, interrupted: Final);
        Hear(CameraId.Right, stopped: Final);
        Assert.Equal(CameraId.Left, Assert.Single(Sent<StartTake>()).CameraId);
        Assert.Equal(CameraPart.Stopped, Part(state.Current!.ToView(), CameraId.Right).Part);
    }

    private static class Seeds
    {
        public static Arbitrary<int> Any() => Gen.Choose(0, int.MaxValue - 1).ToArbitrary();
    }

    private static Comparer<CameraId> ById => Comparer<CameraId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));

    private static SessionCamera Part(SessionView view, CameraId camera) => view.Cameras.Single(c => c.CameraId == camera);

    private void Later(double seconds) => now += TimeSpan.FromSeconds(seconds);

    private void Do(Func<SessionState, Step> step)
    {
        var done = step(state);
        state = done.State;
        effects.AddRange(done.Effects);
    }

    /// <summary>As the coordinator does when it has heard every camera, or waited for them.</summary>
    private void Gather() => state = state with { MayResume = true };

    private void HearAll()
    {
        foreach (var camera in Three)
        {
            Hear(camera);
        }
    }

    private void Hear(CameraId camera, SessionId? recording = null, SessionId? stopped = null, SessionId? interrupted = null, SessionId? ended = null) => Do(s => s.Reported(
        new NodeReport(
            camera, $"http://{camera}", recording is null ? NodePhase.Idle : NodePhase.Recording,
            recording is { } id ? new TakeReport(new TakeId(id, camera), Noon, Noon, Three, 1, 30, 0, 100) : null,
            stopped, [], new NodeClockReport(0, Rig.Domain.Messages.SyncConfidence.Excellent, camera == CameraId.Center),
            new NodeStorageReport(1, 300, 0, 0, 0), true, 50, null, null, now)
        {
            EndedSession = ended,
            Interrupted = interrupted is { } lost ? new InterruptedSession(lost, Three, 48) : null,
        },
        now));

    private List<SessionEffect.Command> Sent<T>() => [.. effects.OfType<SessionEffect.Command>().Where(c => c.Message is T)];

    private List<object> Answers() => [.. effects.OfType<SessionEffect.Answer>().Select(a => a.Message)];

    private List<SessionEffect.Command> Outstanding() => state.Current is not { } current
        ? []
        : [.. effects.OfType<SessionEffect.Command>().Where(c => current.Cameras.TryGetValue(c.CameraId.Value, out var camera) && camera.CommandId == c.CommandId)];

    private void Answer<T>(Func<CameraId, object> answer, CameraId? except = null)
    {
        foreach (var command in Outstanding().Where(c => c.Message is T && c.CameraId != except))
        {
            Do(s => s.Answered(command.CameraId, command.CommandId, answer(command.CameraId), now));
        }
    }

    private void AllReady() => Answer<GetReadiness>(c => new CameraReadiness(c, true, false, []));

    private void StartAll(double spreadMs = 0)
    {
        HearAll();
        Do(s => s.Start(new StartSession("r1", Final), now));
        AllReady();
        Answer<StartTake>(c => Began(c) with { FirstFrameMaster = state.Current!.ScheduledStart!.Value.AddMilliseconds(spreadMs * SessionInProgress.Order(c)) });
    }

    private void Settle(SessionEffect.Command command, Random random)
    {
        object? answer = (command.Message, random.Next(4)) switch
        {
            (_, 0) => null,
            (GetReadiness, var roll) => new CameraReadiness(command.CameraId, roll > 1, false, []),
            (StartTake, 1) => new TakeRefused(command.CameraId, ProblemCodes.StartFailed, "No.", []),
            (StartTake, _) => Began(command.CameraId),
            (_, 1) => new TakeRefused(command.CameraId, ProblemCodes.NotRecording, "Not recording", []),
            _ => Finished(command.CameraId),
        };
        Do(s => answer is null ? s.Silent(command.CameraId, command.CommandId, now) : s.Answered(command.CameraId, command.CommandId, answer, now));
    }

    private TakeBegan Began(CameraId camera) => new(new TakeId(state.Current!.Id, camera), now, state.Current.ScheduledStart ?? now, "/v/x.mp4");

    private TakeFinished Finished(CameraId camera) =>
        new(new TakeId(state.Current?.Id ?? Final, camera), "/v/x.mp4", "/m/x.json", 10, 300, 0, 1000, new string('a', 64), TakeEndReason.Stopped);
}
