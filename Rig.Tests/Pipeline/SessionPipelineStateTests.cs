using Rig.Actors.Pipeline;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using static Rig.Actors.Pipeline.PipelineEvents;

namespace Rig.Tests.Pipeline;

public sealed class SessionPipelineStateTests
{
    private static readonly SessionId Session = SessionId.Parse("GAME_1");
    private static readonly CameraId[] Rig = [CameraId.Left, CameraId.Center];
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);
    private static readonly CollectedTake LeftTake = Take(CameraId.Left, Now.AddMinutes(-2));
    private static readonly CollectedTake CenterTake = Take(CameraId.Center, Now.AddMinutes(-1));

    [Fact]
    public void A_complete_session_is_queued_with_its_takes()
    {
        var decision = Decide(Fresh, Work([LeftTake, CenterTake]));

        var queued = Assert.IsType<RunQueued>(Assert.Single(decision.Events));
        Assert.Equal((1, QueueReason.Complete, Now), (queued.Run, queued.Reason, queued.At));
        Assert.Equal([LeftTake.Id, CenterTake.Id], queued.Takes);
        Assert.Equal(PipelineEffect.Queue, Fresh.Apply(queued).EffectOn(Work([LeftTake, CenterTake])));
    }

    [Fact]
    public void An_incomplete_one_waits_until_it_has_been_quiet()
    {
        var work = Work([LeftTake]);
        var waiting = Decide(Fresh, work);
        Assert.Empty(waiting.Events);
        Assert.Equal(TimeSpan.FromMinutes(8), waiting.LookAgainIn);
        Assert.Equal(PipelineEffect.None, Fresh.EffectOn(work));

        var late = Fresh.Decide(work, [], Rig, Quiet, Now.AddMinutes(9));
        Assert.Equal(QueueReason.Quiet, Assert.IsType<RunQueued>(Assert.Single(late.Events)).Reason);
    }

    [Fact]
    public void The_history_follows_the_stages_one_by_one_and_each_once()
    {
        var state = Queued(1);
        foreach (var stage in Enum.GetValues<PipelineStage>())
        {
            var work = Work([LeftTake, CenterTake], run: 1, done: stage);
            var passed = Assert.IsType<StagePassed>(Assert.Single(Decide(state, work).Events));
            Assert.Equal((1, stage), (passed.Run, passed.Stage));
            state = state.Apply(passed);
            Assert.Empty(Decide(state, work).Events);
            Assert.Equal(stage == PipelineStage.Pushed ? PipelineEffect.Settle : PipelineEffect.None, state.EffectOn(work));
        }

        Assert.Equal(PipelineEffect.None, state.EffectOn(Work([LeftTake, CenterTake], run: 1, done: PipelineStage.Pushed, settled: true)));
    }

    [Fact]
    public void A_stage_that_failed_waits_for_the_operator_and_is_retried_once_for_each_request()
    {
        var work = Work([LeftTake, CenterTake], run: 1, done: PipelineStage.Aligned, error: "no overlap");
        var state = Apply(Queued(1), Decide(Queued(1), work).Events);
        Assert.Equal(PipelineStage.Stitched, state.Stopped);
        Assert.Equal(PipelineEffect.Settle, state.EffectOn(work));

        var asked = state.Decide(work, [PipelineCommand.Retry, PipelineCommand.Retry], Rig, Quiet, Now);
        Assert.IsType<StageRetried>(Assert.Single(asked.Events));
        Assert.Equal([null, "No stage of this session has failed."], asked.Refusals);
        state = Apply(state, asked.Events);
        Assert.Equal(PipelineEffect.Retry, state.EffectOn(work));

        // The queue has done it, and the stage failed once more.
        var again = work with { Retries = 1 };
        Assert.IsType<StageStopped>(Assert.Single(Decide(state, again).Events));
    }

    [Fact]
    public void A_server_killed_between_history_and_queue_does_after_it_what_was_not_done_before()
    {
        var state = Apply(Fresh, Decide(Fresh, Work([LeftTake, CenterTake])).Events);
        var unchanged = Work([LeftTake, CenterTake]);

        Assert.Empty(Decide(state, unchanged).Events);
        Assert.Equal(PipelineEffect.Queue, state.EffectOn(unchanged));
        Assert.Equal(PipelineEffect.None, state.EffectOn(Work([LeftTake, CenterTake], run: 1)));
    }

    [Fact]
    public void Rows_of_the_run_before_say_nothing_about_the_new_one()
    {
        var old = Work([LeftTake, CenterTake], run: 1, done: PipelineStage.Pushed);
        var state = Queued(2);
        Assert.Empty(Decide(state, old).Events);
        Assert.Equal(PipelineEffect.Queue, state.EffectOn(old));
    }

    [Fact]
    public void The_operator_starts_a_new_run_at_any_time()
    {
        var decision = Queued(1).Decide(Work([LeftTake], run: 1), [PipelineCommand.Process], Rig, Quiet, Now);
        var queued = Assert.IsType<RunQueued>(decision.Events[^1]);
        Assert.Equal((2, QueueReason.Operator), (queued.Run, queued.Reason));
        Assert.Equal([null], decision.Refusals);
    }

    [Fact]
    public void A_take_that_comes_after_the_run_was_queued_opens_the_session_again()
    {
        var late = Take(CameraId.Center, Now);
        var work = Work([LeftTake, late], run: 1, done: PipelineStage.Pushed, queuedAt: Now.AddSeconds(-30));
        var state = Apply(Queued(1), Decide(Queued(1), Work([LeftTake], run: 1, done: PipelineStage.Pushed)).Events);

        var queued = Assert.IsType<RunQueued>(Assert.Single(Decide(state, work).Events));
        Assert.Equal((2, QueueReason.Complete), (queued.Run, queued.Reason));
    }

    [Fact]
    public void Runs_from_before_there_was_a_history_are_taken_into_it()
    {
        var work = Work([LeftTake, CenterTake], run: 1, done: PipelineStage.Stitched, error: "no pitch");
        var decision = Decide(Fresh, work);

        Assert.IsType<RunQueued>(decision.Events[0]);
        Assert.Equal(
            [PipelineStage.Received, PipelineStage.Verified, PipelineStage.Aligned, PipelineStage.Stitched],
            decision.Events.OfType<StagePassed>().Select(passed => passed.Stage));
        Assert.Equal("no pitch", Assert.IsType<StageStopped>(decision.Events[^1]).Error);
        Assert.Equal(PipelineEffect.Settle, Apply(Fresh, decision.Events).EffectOn(work));
    }

    [Fact]
    public void Replay_of_a_history_gives_the_state_it_was_decided_on()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var (state, work) = (Fresh, Work([LeftTake, CenterTake]));
            var history = new List<IPipelineEvent>();
            for (var step = 0; step < 40; step++)
            {
                var commands = random.Next(6) switch { 0 => [PipelineCommand.Process], 1 => [PipelineCommand.Retry], _ => Array.Empty<PipelineCommand>() };
                var events = state.Decide(work, commands, Rig, Quiet, Now).Events;
                history.AddRange(events);
                state = Apply(state, events);
                // The queue does as it is told, or the server dies before it can; stages end well or badly.
                work = random.Next(3) == 0 ? work : Told(work, state);
                work = random.Next(2) == 0 ? work : Worked(work, fails: random.Next(4) == 0);
                Assert.Equal(state, Apply(Fresh, history));
                Assert.True(state.Run >= work.Run && (state.Run > work.Run || state.Retries >= work.Retries), $"round {round} step {step}: the queue is ahead of the history");
            }

            // Left in peace, every session comes to its end.
            for (var step = 0; step < 30; step++)
            {
                state = Apply(state, state.Decide(work, [PipelineCommand.Retry], Rig, Quiet, Now).Events);
                work = Worked(Told(work, state), fails: false);
            }

            Assert.Equal((PipelineStage.Pushed, PipelineEffect.None), (state.Passed, state.EffectOn(work)));
        }
    }

    private static SessionPipelineState Fresh => new(Session);

    private static SessionPipelineState Queued(int run) => Fresh.Apply(new RunQueued(Session, run, QueueReason.Operator, [], Now));

    private static SessionPipelineState Apply(SessionPipelineState state, IEnumerable<IPipelineEvent> events) => events.Aggregate(state, (each, @event) => each.Apply(@event));

    private static PipelineDecision Decide(SessionPipelineState state, SessionWork work) => state.Decide(work, [], Rig, Quiet, Now);

    private static SessionWork Told(SessionWork work, SessionPipelineState state) => state.EffectOn(work) switch
    {
        PipelineEffect.Queue => Work([LeftTake, CenterTake], state.Run, done: PipelineStage.Verified),
        PipelineEffect.Retry => work with { Retries = state.Retries, Settled = false, Stages = [.. work.Stages.Select(row => row with { Error = null })] },
        PipelineEffect.Settle => work with { Settled = true },
        _ => work,
    };

    private static SessionWork Worked(SessionWork work, bool fails)
    {
        var next = work.Stages.FirstOrDefault(row => !row.IsDone);
        return next is null || next.Error is not null
            ? work
            : work with { Stages = [.. work.Stages.Select(row => row != next ? row : fails ? row with { Error = "no" } : row with { IsDone = true })] };
    }

    private static SessionWork Work(
        CollectedTake[] takes, int run = 0, PipelineStage? done = null, string? error = null, bool settled = false, DateTimeOffset? queuedAt = null)
    {
        var stages = run == 0 ? [] : Enum.GetValues<PipelineStage>()
            .Select(stage => new StageRow(stage, stage <= (done ?? (PipelineStage)(-1)), error is not null && stage == done + 1 ? error : null, Now)).ToList();
        return new SessionWork(new SessionTakes(Session, takes, run == 0 ? null : queuedAt ?? Now), run, Retries: 0, run == 0 ? null : QueueReason.Operator, settled, stages);
    }

    private static CollectedTake Take(CameraId camera, DateTimeOffset receivedAt) =>
        new(new RecordingId(Session, camera, 1), receivedAt, TakeEndReason.Stopped, [CameraId.Left.Value, CameraId.Center.Value]);
}
