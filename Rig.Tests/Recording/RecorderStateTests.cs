using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Actors.Recording.CameraProtocol;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.Tests.Recording;

public sealed class RecorderStateTests
{
    private const long SecondNs = 1_000_000_000;

    private static readonly DateTimeOffset Zero = new(2026, 11, 21, 14, 0, 0, TimeSpan.Zero);
    private static readonly SessionId Final = SessionId.Parse("Final");
    private static readonly TakeId Id = new(Final, CameraId.Left);
    private static readonly IActorRef Asker = ActorRefs.Nobody;
    private static readonly CaptureMode Mode = new("Test", 320, 180, 30, "h264", "x264");
    private static readonly CaptureView Ready = new(true, Mode, false, null, null);

    [Fact]
    public void A_take_goes_from_the_order_to_the_sealed_file()
    {
        var state = new RecorderState(CameraId.Left).See(Ready).State;
        var step = state.Order(Start(), Asker);
        Assert.Equal(new RecorderEffect.Number(1, Final), Assert.Single(step.Effects));
        step = step.State.Numbered(1, 1, [], At(0));
        Assert.Equal(Id, Assert.Single(step.Effects.OfType<RecorderEffect.Open>()).Take.Id);
        Assert.Equal(Signal.Start, Assert.Single(step.Effects.OfType<RecorderEffect.Play>()).Signal);
        Assert.Equal(NodePhase.Arming, step.State.NodePhase);

        // The start is two seconds ahead, on a node clock that is 5 ms before the master's.
        step = step.State.Opened(Id, "/v/a.mp4", At(1));
        var deliver = Assert.Single(step.Effects.OfType<RecorderEffect.Deliver>()).Start;
        Assert.Equal((2 * SecondNs) + 5_000_000, deliver.StartNs);
        Assert.Equal(deliver.StartNs, deliver.MatchZeroNs);
        step = step.State.FirstDurable(Id, Zero.AddSeconds(2));
        Assert.Equal(new TakeBegan(Id, Zero.AddSeconds(2), Zero.AddSeconds(2), "/v/a.mp4"), AnswerOf(step));
        Assert.Equal(NodePhase.Recording, step.State.NodePhase);

        step = step.State.Order(new StopTake(Final, Zero.AddSeconds(10)), Asker, At(9));
        Assert.Equal(new RecorderEffect.Stop(Id, (10 * SecondNs) + 4_500_000), Assert.Single(step.Effects.OfType<RecorderEffect.Stop>()));
        Assert.Equal(NodePhase.Sealing, step.State.NodePhase);
        step = step.State.Delivered(Id, 240, null);
        Assert.Equal(new RecorderEffect.Finish(Id, TakeEndReason.Stopped, 240, (10 * SecondNs) + 4_500_000), step.Effects[0]);
        step = step.State.Ended(Sealed(Id, TakeEndReason.Stopped));
        Assert.Equal(TakeEndReason.Stopped, Assert.IsType<TakeFinished>(AnswerOf(step)).EndReason);
        Assert.Equal((RecorderPhase.Idle, Final, NodePhase.Idle), (step.State.Phase, step.State.StoppedSession, step.State.NodePhase));
    }

    [Fact]
    public void A_start_that_is_wanted_now_counts_from_when_the_files_are_there()
    {
        var step = Opening().Opened(Id, "/v/a.mp4", At(5));
        Assert.Equal((5 * SecondNs) + 200_000_000, Assert.Single(step.Effects.OfType<RecorderEffect.Deliver>()).Start.StartNs);
    }

    [Fact]
    public void A_capture_that_is_not_ready_or_busy_is_waited_for_and_then_named()
    {
        var numbered = new RecorderState(CameraId.Left).Order(Start(), Asker).State.Numbered(1, 1, [], At(0));
        Assert.Equal(RecorderPhase.Waiting, numbered.State.Phase);
        Assert.Empty(numbered.State.See(Ready with { Busy = new TakeId(SessionId.Parse("Before"), CameraId.Left) }).Effects);
        Assert.IsType<RecorderEffect.Open>(Assert.Single(numbered.State.See(Ready).Effects));
        Assert.Empty(numbered.State.Tick(default, At(15)).Effects);
        var step = numbered.State.See(Ready with { Mode = null, Problem = "The lens is gone." }).State.Tick(default, At(16));
        Assert.Equal((RecorderPhase.Idle, "The camera is not ready. The lens is gone."), (step.State.Phase, Assert.IsType<TakeRefused>(AnswerOf(step)).Message));
    }

    [Fact]
    public void A_session_is_noted_when_its_first_fragment_is_durable_and_when_a_stop_is_ordered()
    {
        Assert.Equal(SessionNoteState.Recording, NoteOf(Arming().FirstDurable(Id, Zero.AddSeconds(2))).State);
        Assert.Equal(SessionNoteState.StoppedHere, NoteOf(Recording().Order(new StopTake(Final, Zero.AddSeconds(8)), Asker, At(7))).State);
        Assert.Equal(SessionNoteState.Ended, NoteOf(Recording().Order(new StopTake(Final, Zero.AddSeconds(8), EndsSession: true), Asker, At(7))).State);
        Assert.Empty(Recording().Close(Asker, At(7)).Effects.OfType<RecorderEffect.Keep>());
    }

    [Fact]
    public void A_camera_that_fell_out_notes_the_end_of_the_session_when_it_hears_of_it()
    {
        var idle = new RecorderState(CameraId.Left) { Note = new SessionNote(Id, [CameraId.Left], SessionNoteState.Recording) };
        foreach (var step in new[] { idle.HearEnd(Final), idle.Order(new StopTake(Final, EndsSession: true), Asker, At(7)) })
        {
            Assert.Equal(SessionNoteState.Ended, NoteOf(step).State);
            Assert.Equal(Final, step.State.StoppedSession);
            Assert.Empty(step.State.HearEnd(Final).Effects);
        }

        Assert.Empty(idle.HearEnd(SessionId.Parse("Other")).Effects);
        Assert.Empty(Recording().HearEnd(Final).Effects);
    }

    [Fact]
    public void What_completes_for_another_take_changes_nothing()
    {
        var other = new TakeId(Final, CameraId.Left, 7);
        foreach (var state in new[] { Opening(), Arming(), Recording(), Stopping() })
        {
            RecorderStep[] steps =
            [
                state.Opened(other, "", At(1)), state.NotOpened(other, ""), state.FirstDurable(other, Zero), state.Delivered(other, 1, null),
                state.Ended(Sealed(other, TakeEndReason.Stopped)), state.NotSealed(other, ""), state.Numbered(99, 1, [], At(1)), state.NotNumbered(99),
            ];
            Assert.All(steps, step => Assert.True(step.State == state && step.Effects.IsEmpty, $"{state.Phase}: {string.Join(", ", step.Effects)}"));
        }
    }

    [Fact]
    public void Orders_wait_while_a_take_is_between_two_states_and_none_is_lost()
    {
        foreach (var state in new[] { new RecorderState(CameraId.Left).Order(Start(), Asker).State, Opening(), Arming(), Stopping() })
        {
            Assert.IsType<RecorderEffect.KeepOrder>(Assert.Single(state.Order(Start(), Asker).Effects));
            Assert.IsType<RecorderEffect.KeepOrder>(Assert.Single(state.Order(new StopTake(null), Asker, At(1)).Effects));
            Assert.False(state.IsSettled);
        }
    }

    [Fact]
    public void A_take_that_nobody_ends_is_sealed_five_seconds_after_its_stop_or_at_once_without_a_capture_process()
    {
        var stopping = Stopping();
        var stopNs = stopping.Take!.StopNs!.Value;
        Assert.Empty(stopping.Tick(new TakeFacts(stopNs, 10), AtNs(stopNs + (5 * SecondNs))).Effects);
        var step = stopping.Tick(new TakeFacts(stopNs, 10), AtNs(stopNs + (5 * SecondNs) + 1));
        Assert.Equal(new RecorderEffect.Finish(Id, TakeEndReason.Stopped, null, stopNs), step.Effects[0]);
        Assert.Contains(new RecorderEffect.Release(Id, "it did not end the take"), step.Effects);
        Assert.Empty(step.State.Tick(new TakeFacts(stopNs, 10), At(1000)).Effects);

        var alone = stopping.See(Ready with { IsRunning = false }).State;
        Assert.IsType<RecorderEffect.Finish>(alone.Tick(new TakeFacts(stopNs, 10), AtNs(stopNs + 1)).Effects[0]);
    }

    [Fact]
    public void A_camera_that_never_delivers_ends_its_take_after_fifteen_seconds_and_one_that_ceases_to_after_two_minutes()
    {
        var arming = Arming();
        var startNs = arming.Take!.StartNs;
        Assert.Empty(arming.Tick(default, AtNs(startNs + (15 * SecondNs))).Effects);
        Assert.Equal(TakeEndReason.CaptureFailed, Assert.IsType<RecorderEffect.Finish>(arming.Tick(default, AtNs(startNs + (15 * SecondNs) + 1)).Effects[0]).Reason);

        var recording = Recording();
        var lastNs = startNs + (3 * SecondNs);
        Assert.Empty(recording.Tick(new TakeFacts(lastNs, 90), AtNs(lastNs + (120 * SecondNs))).Effects);
        Assert.Equal(TakeEndReason.CaptureFailed, Assert.IsType<RecorderEffect.Finish>(recording.Tick(new TakeFacts(lastNs, 90), AtNs(lastNs + (120 * SecondNs) + 1)).Effects[0]).Reason);
    }

    [Fact]
    public void A_take_that_ends_before_its_first_fragment_was_heard_of_is_begun_and_then_ended()
    {
        var step = Arming().Ended(Sealed(Id, TakeEndReason.DiskFull));
        Assert.IsType<TakeBegan>(AnswerOf(step));
        Assert.Contains("disk is full", Assert.Single(step.Effects.OfType<RecorderEffect.Trouble>()).Message, StringComparison.Ordinal);
        Assert.Equal(TakeEndReason.DiskFull, Assert.IsType<TakeFinished>(AnswerOf(step.State.Order(new StopTake(Final), Asker, At(9)))).EndReason);
    }

    [Fact]
    public void A_take_that_cannot_be_sealed_leaves_a_recorder_that_takes_the_next_order()
    {
        var stopped = Stopping().NotSealed(Id, "The disk is gone.");
        Assert.Equal((ProblemCodes.StopFailed, "The disk is gone."), AnswerOf(stopped) is TakeRefused refused ? (refused.Code, refused.Message) : default);
        var alone = Recording().NotSealed(Id, "The disk is gone.");
        Assert.Single(alone.Effects.OfType<RecorderEffect.Trouble>());
        foreach (var step in new[] { stopped, alone })
        {
            Assert.IsType<RecorderEffect.Number>(Assert.Single(step.State.Order(Start(), Asker).Effects));
        }
    }

    [Fact]
    public void A_node_that_is_switched_off_seals_the_running_take_as_cut_short_and_one_being_stopped_as_stopped()
    {
        var step = Recording().Close(Asker, At(9));
        Assert.Equal(new RecorderEffect.Stop(Id, 9 * SecondNs), step.Effects[0]);
        Assert.Empty(step.Effects.OfType<RecorderEffect.Answer>());
        step = step.State.Delivered(Id, 200, null);
        Assert.Equal(TakeEndReason.NodeStopped, Assert.IsType<RecorderEffect.Finish>(step.Effects[0]).Reason);
        Assert.IsType<Quiesced>(AnswerOf(step.State.Ended(Sealed(Id, TakeEndReason.NodeStopped))));

        step = Stopping().Close(Asker, At(9)).State.Delivered(Id, 200, null);
        Assert.Equal(TakeEndReason.Stopped, Assert.IsType<RecorderEffect.Finish>(step.Effects[0]).Reason);

        // The capture process dies meanwhile, and no other is started.
        step = Recording().Close(Asker, At(9)).State.See(Ready with { IsRunning = false });
        Assert.Equal(TakeEndReason.NodeStopped, Assert.IsType<RecorderEffect.Finish>(step.Effects[0]).Reason);
    }

    [Fact]
    public void A_node_that_is_switched_off_before_the_first_frame_leaves_nothing_behind_and_starts_no_other_take()
    {
        var step = Opening().Close(Asker, At(1));
        step = step.State.Opened(Id, "/v/a.mp4", At(2));
        Assert.IsType<RecorderEffect.Finish>(step.Effects[0]);
        Assert.Empty(step.Effects.OfType<RecorderEffect.Deliver>());
        step = step.State.NotSealed(Id, "ended before its first picture came");
        Assert.Equal([typeof(Quiesced), typeof(TakeRefused)], step.Effects.OfType<RecorderEffect.Answer>().Select(a => a.Message.GetType()));
        Assert.Equal(ProblemCodes.ShuttingDown, Assert.IsType<TakeRefused>(AnswerOf(step.State.Order(Start(), Asker))).Code);
    }

    [Fact]
    public void A_self_test_is_no_take_of_the_rig_and_keeps_everybody_else_out()
    {
        var id = new TakeId(SessionId.ForSelfTest(Zero), CameraId.Left);
        var step = new RecorderState(CameraId.Left).See(Ready).State.Order(new StartSelfTest(id), Asker, At(0));
        step = step.State.Opened(id, "/v/t.mp4", At(1)).State.FirstDurable(id, Zero);
        Assert.Equal((NodePhase.Idle, RecorderPhase.Recording), (step.State.NodePhase, step.State.Phase));
        Assert.Equal(ProblemCodes.Busy, Assert.IsType<TakeRefused>(AnswerOf(step.State.Order(Start(), Asker))).Code);
        Assert.Equal(ProblemCodes.NotRecording, Assert.IsType<TakeRefused>(AnswerOf(step.State.Order(new StopTake(null), Asker, At(2)))).Code);
        Assert.Equal(ProblemCodes.Busy, Assert.IsType<TakeRefused>(AnswerOf(Recording().Order(new StartSelfTest(id), Asker, At(2)))).Code);
        step = step.State.Order(new StopSelfTest(id, Zero.AddSeconds(5)), Asker, At(2)).State.Ended(Sealed(id, TakeEndReason.Stopped));
        Assert.IsType<SelfTestTake>(AnswerOf(step));
        Assert.Null(step.State.StoppedSession);
    }

    [Fact]
    public void A_clock_that_was_set_makes_no_order_wait_for_minutes()
    {
        var recording = Recording();
        var step = recording.Order(new StopTake(Final, Zero.AddSeconds(288)), Asker, At(9));
        Assert.Equal(9 * SecondNs, Assert.Single(step.Effects.OfType<RecorderEffect.Stop>()).StopNs);
    }

    private static StartTake Start() => new(Final, Zero.AddSeconds(2), [CameraId.Left]);

    private static RecorderState Opening() => new RecorderState(CameraId.Left).See(Ready).State.Order(Start(), Asker).State.Numbered(1, 1, [], At(0)).State;

    private static RecorderState Arming() => Opening().Opened(Id, "/v/a.mp4", At(1)).State;

    private static RecorderState Recording() => Arming().FirstDurable(Id, Zero.AddSeconds(2)).State;

    private static RecorderState Stopping() => Recording().Order(new StopTake(Final, Zero.AddSeconds(8)), Asker, At(7)).State;

    /// <summary>The master's clock shows this many seconds, and the node's 5 ms more.</summary>
    private static ClockMoment At(double seconds) => new(Zero.AddSeconds(seconds), Zero.AddSeconds(seconds).AddMilliseconds(-5), (long)(seconds * 1e9));

    private static ClockMoment AtNs(long ns) => At(0) with { MonotonicNs = ns };

    private static SessionNote NoteOf(RecorderStep step) => Assert.Single(step.Effects.OfType<RecorderEffect.Keep>()).Note;

    private static object AnswerOf(RecorderStep step) => Assert.Single(step.Effects.OfType<RecorderEffect.Answer>()).Message;

    private static TakeSealed Sealed(TakeId id, string reason) => new(
        id,
        new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), id.SessionId.Value, id.CameraId.Value, id.CameraId.Position, id.Take, EndReason: reason),
            File = new ManifestFile($"{id}.mp4", 1000, "mp4", "h264"),
            Video = new ManifestVideo(new ManifestResolution(320, 180), 30, 6, 10, 300),
            Timing = new ManifestTiming(Zero, Zero.AddSeconds(10), true),
            Checksum = new ManifestChecksum("sha256", new string('a', 64)),
        },
        $"/v/{id}.mp4", $"/m/{id}.json", reason);
}
