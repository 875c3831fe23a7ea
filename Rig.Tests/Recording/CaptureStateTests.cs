using Rig.Actors.Recording;
using Rig.Domain.Identity;

namespace Rig.Tests.Recording;

public sealed class CaptureStateTests
{
    private const long SecondNs = 1_000_000_000;

    private static readonly TakeId Id = new(SessionId.Parse("Final"), CameraId.Left);
    private static readonly CaptureMode Mode = new("Test", 320, 180, 30, "h264", "x264");
    private static readonly TakeStart Take = new(Id, SecondNs, DateTimeOffset.UnixEpoch, SecondNs);

    [Fact]
    public void A_process_is_started_at_once_and_then_with_growing_pauses()
    {
        var state = new CaptureState();
        var now = 0L;
        var pauses = new List<long>();
        for (var failure = 0; failure < 9; failure++)
        {
            var goneNs = now;
            while (state.Life == CaptureLife.None)
            {
                state = state.Tick(new CaptureFacts(now)).State;
                now += SecondNs / 4;
            }

            pauses.Add(now - (SecondNs / 4) - goneNs);
            state = state.NotLaunched(state.Process, "no such program", now).State;
        }

        Assert.Equal([0, 0, 1, 2, 4, 8, 16, 20, 20], pauses.Select(ns => ns / (SecondNs / 4)));
        Assert.Contains("no such program", state.View.Problem!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_dies_in_a_take_is_replaced_at_once_and_the_next_one_goes_on_with_it()
    {
        var step = InTake().Exited(1, "exit code 1", 5 * SecondNs);
        Assert.Contains(new CaptureEffect.Launch(2), step.Effects);
        step = step.State.Launched(2, 5 * SecondNs).State.Stop(Id, 7 * SecondNs);
        Assert.Empty(step.Effects);
        step = step.State.Hear(2, new CaptureEvent.Ready(Mode), 6 * SecondNs);
        Assert.Equal([new CaptureEffect.Begin(Take), new CaptureEffect.Stop(Id, 7 * SecondNs)], step.Effects);
    }

    [Fact]
    public void What_an_earlier_process_still_says_changes_nothing()
    {
        var state = InTake().Exited(1, "gone", 5 * SecondNs).State.Launched(2, 5 * SecondNs).State;
        CaptureStep[] steps =
        [
            state.Hear(1, new CaptureEvent.Ready(Mode), 6), state.Hear(1, new CaptureEvent.TakeEnded(Id, 1, null), 6), state.Hear(1, new CaptureEvent.CameraLost("a", "b"), 6),
            state.Exited(1, "again", 6), state.Launched(1, 6), state.NotLaunched(1, "late", 6),
        ];
        Assert.All(steps, step => Assert.True(step.State == state && step.Effects.IsEmpty));
    }

    [Fact]
    public void A_slow_start_is_waited_for_a_minute_and_a_quarter_of_one_in_a_take()
    {
        var slow = new CaptureState().Tick(new CaptureFacts(0)).State.Launched(1, 0).State;
        Assert.Empty(slow.Tick(new CaptureFacts(60 * SecondNs)).Effects);
        Assert.Contains(new CaptureEffect.Kill(), slow.Tick(new CaptureFacts((60 * SecondNs) + 1)).Effects);
        var wanted = slow.Deliver(Take).State;
        Assert.Empty(wanted.Tick(new CaptureFacts(15 * SecondNs)).Effects);
        Assert.Contains(new CaptureEffect.Kill(), wanted.Tick(new CaptureFacts((15 * SecondNs) + 1)).Effects);
    }

    [Fact]
    public void A_process_without_frames_in_a_take_is_ended_unless_the_disk_or_the_camera_is_the_reason()
    {
        var state = InTake();
        var late = new CaptureFacts((12 * SecondNs) + 1, 0, 10 * SecondNs);
        Assert.Empty(state.Tick(late with { NowNs = 12 * SecondNs }).Effects);
        Assert.Contains(new CaptureEffect.Kill(), state.Tick(late).Effects);
        Assert.Empty(state.Tick(late with { IsBacklogged = true }).Effects);
        Assert.Empty(state.Hear(1, new CaptureEvent.CameraLost("camera_gone", "The cable is loose."), 11 * SecondNs).State.Tick(late).Effects);

        // Killed once: until its end is heard it is not killed again at every look.
        Assert.Empty(state.Tick(late).State.Tick(late).Effects);
    }

    [Fact]
    public void A_lost_camera_is_shown_with_its_reason_until_it_is_found_and_keeps_its_process()
    {
        var lost = Ready().Hear(1, new CaptureEvent.CameraLost("camera_gone", "The cable is loose."), SecondNs);
        Assert.Equal((true, "The cable is loose."), (lost.State.View.IsCameraLost, lost.State.View.Problem));
        Assert.Single(lost.Effects);
        Assert.Empty(lost.State.Hear(1, new CaptureEvent.CameraLost("camera_gone", "The cable is loose."), 2 * SecondNs).Effects);
        var found = lost.State.Hear(1, new CaptureEvent.CameraFound(), 3 * SecondNs);
        Assert.Equal((false, null), (found.State.View.IsCameraLost, found.State.View.Problem));
    }

    [Fact]
    public void A_process_that_does_not_end_a_take_that_is_over_is_told_and_then_ended()
    {
        var step = InTake().Release(Id, null, null, 20 * SecondNs);
        Assert.Equal([new CaptureEffect.Stop(Id, 20 * SecondNs)], step.Effects);
        Assert.Equal(Id, step.State.View.Busy);
        var facts = new CaptureFacts(25 * SecondNs, 25 * SecondNs);
        Assert.Empty(step.State.Tick(facts).Effects);
        Assert.Contains(new CaptureEffect.Kill(), step.State.Tick(facts with { NowNs = facts.NowNs + 1 }).Effects);

        Assert.Contains(new CaptureEffect.Kill(), InTake().Release(Id, "it did not end the take", null, 20 * SecondNs).Effects);
        Assert.Null(step.State.Hear(1, new CaptureEvent.TakeEnded(Id, 600, null), 21 * SecondNs).State.View.Busy);
    }

    [Fact]
    public void Without_previews_a_process_is_ended()
    {
        Assert.Empty(Ready().Tick(new CaptureFacts(20 * SecondNs, 10 * SecondNs)).Effects);
        Assert.Contains(new CaptureEffect.Kill(), Ready().Tick(new CaptureFacts((20 * SecondNs) + 1, 10 * SecondNs)).Effects);
    }

    [Fact]
    public void A_process_that_was_well_for_ten_seconds_is_replaced_at_once()
    {
        var state = Ready();
        for (var process = 1; process < 4; process++)
        {
            state = state.Tick(new CaptureFacts(100 * process * SecondNs, 100 * process * SecondNs)).State;
            var step = state.Exited(process, "exit code 1", 100 * process * SecondNs);
            Assert.Contains(new CaptureEffect.Launch(process + 1), step.Effects);
            state = step.State.Launched(process + 1, 100 * process * SecondNs).State.Hear(process + 1, new CaptureEvent.Ready(Mode), 100 * process * SecondNs).State;
        }
    }

    [Fact]
    public void A_node_that_is_switched_off_starts_no_further_process()
    {
        var closed = InTake().Close().State.Exited(1, "exit code 0", 5 * SecondNs);
        Assert.Empty(closed.Effects);
        Assert.Empty(closed.State.Tick(new CaptureFacts(50 * SecondNs)).Effects);
    }

    private static CaptureState Ready() =>
        new CaptureState().Tick(new CaptureFacts(0)).State.Launched(1, 0).State.Hear(1, new CaptureEvent.Ready(Mode), SecondNs).State;

    private static CaptureState InTake() => Ready().Deliver(Take).State;
}
