using System.Text;
using System.Text.Json.Nodes;
using Rig.Actors.Pipeline;
using Rig.Actors.Wire;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Tests.Pipeline;

public sealed class SessionPipelineStateTests
{
    private const int MaxAttempts = 3;

    private static readonly RigSerializer Serializer = new(null!);
    private static readonly SessionId Session = SessionId.Parse("GAME_1");
    private static readonly CameraId[] Rig = [CameraId.Left, CameraId.Center];
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);
    private static readonly CollectedTake LeftTake = Take(CameraId.Left, Now.AddMinutes(-2));
    private static readonly CollectedTake CenterTake = Take(CameraId.Center, Now.AddMinutes(-1)) with { Problem = "It has no sound." };
    private static readonly CollectedTake[] Both = [LeftTake, CenterTake];
    private static readonly StageEnd Passes = new(new JsonObject { ["n"] = 1 }, null);
    private static readonly StageEnd FailsForGood = new(null, new StageOutcome("no overlap", null));
    private static readonly StageEnd FailsByChance = new(null, new StageOutcome("a hiccup", TimeSpan.FromSeconds(10)));

    private static SessionPipelineState Fresh => new(Session);

    [Fact]
    public void A_complete_session_is_queued_with_its_takes_and_has_passed_what_is_no_work()
    {
        var events = Decide(Fresh, Both).Events;

        var queued = Assert.IsType<RunQueued>(events[0]);
        Assert.Equal((1, QueueReason.Complete, Now), (queued.Run, queued.Reason, queued.At));
        Assert.Equal([LeftTake.Id, CenterTake.Id], queued.Takes);
        var state = Apply(Fresh, events);
        Assert.Equal(PipelineStage.Aligned, state.Next!.Stage);
        Assert.Equal("""{"takes":2,"bytes":20}""", state.Results[PipelineStage.Received].ToJsonString());
        Assert.Equal("""{"takes":2,"algorithm":"sha256","problems":["GAME_1_CAM_C: It has no sound."]}""", state.Results[PipelineStage.Verified].ToJsonString());
        Assert.Empty(Decide(state, Both).Events);
    }

    [Fact]
    public void An_incomplete_one_waits_until_it_has_been_quiet()
    {
        var waiting = Decide(Fresh, [LeftTake]);
        Assert.Empty(waiting.Events);
        Assert.Equal(TimeSpan.FromMinutes(8), waiting.LookAgainIn);

        var late = Fresh.Decide([LeftTake], [], Rig, Quiet, Now.AddMinutes(9));
        Assert.Equal(QueueReason.Quiet, Assert.IsType<RunQueued>(late.Events[0]).Reason);
    }

    [Fact]
    public void Each_stage_is_started_under_a_claim_and_only_that_claim_ends_it()
    {
        var state = Apply(Fresh, Decide(Fresh, Both).Events);
        foreach (var stage in Enum.GetValues<PipelineStage>().Where(stage => stage >= PipelineStage.Aligned))
        {
            Assert.False(state.IsAtItsEnd);
            state = state.Apply(state.Start("a", MaxAttempts, Now));
            Assert.Equal((stage, StageStatus.Running, 1), (state.Next!.Stage, state.Next.Status, state.Next.Attempts));
            Assert.Null(state.Ended("b", Passes, Now));
            state = state.Apply(state.Ended("a", Passes, Now)!);
            Assert.Null(state.Ended("a", Passes, Now));
        }

        Assert.True(state.IsAtItsEnd);
        Assert.Equal(8, state.Results.Count);
    }

    [Fact]
    public void A_stage_whose_worker_is_lost_is_started_again_and_the_lost_one_counts_no_more()
    {
        var lost = Started(Queued(1), "lost");
        var again = lost.Apply(lost.Start("again", MaxAttempts, Now));

        Assert.Equal(2, again.Next!.Attempts);
        Assert.Null(again.Ended("lost", Passes, Now));
        Assert.NotNull(again.Ended("again", Passes, Now));
    }

    [Fact]
    public void A_stage_that_fails_by_chance_is_due_again_after_its_pause()
    {
        var state = Started(Queued(1), "a");
        var failed = Assert.IsType<StageFailed>(state.Ended("a", FailsByChance, Now));
        state = state.Apply(failed);

        Assert.Equal((StageStatus.Queued, 1, "a hiccup", Now.AddSeconds(10)), (state.Next!.Status, state.Next.Attempts, state.Next.Error, state.Next.RetryAt));
        state = Started(state, "b");
        state = state.Apply(state.Ended("b", Passes, Now)!);
        Assert.Null(state.Stages[(int)PipelineStage.Aligned].Error);
        Assert.Equal(2, state.Stages[(int)PipelineStage.Aligned].Attempts);
    }

    [Fact]
    public void A_stage_that_failed_waits_for_the_operator_and_is_retried_once_for_each_request()
    {
        var state = Started(Queued(1), "a");
        state = state.Apply(state.Ended("a", FailsForGood, Now)!);
        Assert.Equal((StageStatus.Failed, "no overlap", true), (state.Next!.Status, state.Next.Error, state.IsAtItsEnd));

        var asked = state.Decide(Both, [PipelineCommand.Retry, PipelineCommand.Retry], Rig, Quiet, Now);
        Assert.IsType<StageRetried>(Assert.Single(asked.Events));
        Assert.Equal([null, "No stage of this session has failed."], asked.Refusals);
        state = Apply(state, asked.Events);
        Assert.Equal((StageStatus.Queued, 0, 1, false), (state.Next!.Status, state.Next.Attempts, state.Retries, state.IsAtItsEnd));
    }

    [Fact]
    public void A_stage_that_runs_or_waits_can_be_cancelled_and_its_attempt_ends_nothing_more()
    {
        foreach (var state in new[] { Started(Queued(1), "a"), Queued(1), Started(Queued(1), "a").Apply(Started(Queued(1), "a").Ended("a", FailsByChance, Now)!) })
        {
            var decision = Decide(state, Both, new PipelineCommand.Cancel("anna"), new PipelineCommand.Cancel("ben"));
            Assert.Equal(new StageCancelled(Session, 1, PipelineStage.Aligned, "anna", Now), Assert.Single(decision.Events));
            Assert.Equal([null, "No stage of this session runs or waits to run."], decision.Refusals);

            var cancelled = Apply(state, decision.Events);
            Assert.Equal((StageStatus.Failed, "anna", true, null), (cancelled.Next!.Status, cancelled.Next.CancelledBy, cancelled.IsAtItsEnd, cancelled.Next.RetryAt));
            Assert.Null(cancelled.Ended("a", Passes, Now));
            Assert.Null(Apply(cancelled, Decide(cancelled, Both, PipelineCommand.Retry).Events).Next!.Error);
        }
    }

    [Fact]
    public void Takes_with_a_new_manifest_are_processed_again_once()
    {
        var state = Queued(1);
        var corrected = LeftTake with { DescribedAt = Now.AddMinutes(1) };
        var decision = Decide(state, [corrected, CenterTake]);
        Assert.Equal((2, QueueReason.Complete, Now.AddMinutes(1)), decision.Events.OfType<RunQueued>().Select(queued => (queued.Run, queued.Reason, queued.DescribedAt)).Single());
        state = Apply(state, decision.Events.Select(Stored));
        Assert.Empty(Decide(state, [corrected, CenterTake]).Events);
        Assert.Single(Decide(state, [corrected, CenterTake with { DescribedAt = Now.AddMinutes(2) }]).Events.OfType<RunQueued>());
    }

    [Fact]
    public void A_stage_that_ends_without_a_word_again_and_again_is_stopped()
    {
        var state = Queued(1);
        for (var attempt = 1; attempt <= MaxAttempts + 5; attempt++)
        {
            state = Started(state, $"{attempt}");
        }

        var stopped = Assert.IsType<StageStopped>(state.Start("last", MaxAttempts, Now));
        Assert.Contains("ended again and again", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_operator_starts_a_new_run_at_any_time_and_the_old_ones_attempt_ends_nothing_in_it()
    {
        var state = Started(Queued(1), "old");
        var decision = state.Decide(Both, [PipelineCommand.Process], Rig, Quiet, Now);
        var queued = Assert.IsType<RunQueued>(decision.Events[0]);
        Assert.Equal((2, QueueReason.Operator), (queued.Run, queued.Reason));
        Assert.Equal([null], decision.Refusals);
        state = Apply(state, decision.Events);
        Assert.Null(state.Ended("old", Passes, Now));
        Assert.Equal(PipelineStage.Aligned, state.Next!.Stage);
    }

    [Fact]
    public void A_take_that_the_run_does_not_have_opens_the_session_again()
    {
        var state = Fresh.Decide([LeftTake], [PipelineCommand.Process], Rig, Quiet, Now).Events.Aggregate(Fresh, (all, each) => all.Apply(each));

        var queued = Assert.IsType<RunQueued>(Decide(state, Both).Events[0]);
        Assert.Equal((2, QueueReason.Complete), (queued.Run, queued.Reason));
    }

    [Fact]
    public void A_history_of_the_version_before_goes_on_where_it_ended()
    {
        // That version wrote no results, and may have been killed before it wrote what was passed.
        var state = Fresh.Apply(new RunQueued(Session, 1, QueueReason.Complete, [LeftTake.Id, CenterTake.Id], Now));
        Assert.Equal(
            [PipelineStage.Received, PipelineStage.Verified],
            Decide(state, Both).Events.Select(each => Assert.IsType<StagePassed>(each).Stage));

        var old = TakenOver(run: 1, passed: PipelineStage.Stitched, error: "no pitch");
        state = state.Apply(old);
        Assert.Equal((PipelineStage.Detected, StageStatus.Failed, "no pitch"), (state.Next!.Stage, state.Next.Status, state.Next.Error));
        Assert.Equal(4, state.Results.Count);
        Assert.Empty(Decide(state, Both).Events);
    }

    [Fact]
    public void What_the_history_knows_better_than_the_older_table_stays()
    {
        var second = Queued(2);
        Assert.Equal(second, second.Apply(TakenOver(run: 1, passed: PipelineStage.Published)));

        var retried = Started(Queued(1), "a");
        retried = retried.Apply(retried.Ended("a", FailsForGood, Now)!);
        retried = Apply(retried, retried.Decide(Both, [PipelineCommand.Retry], Rig, Quiet, Now).Events);
        Assert.Equal(StageStatus.Queued, retried.Apply(TakenOver(run: 1, passed: PipelineStage.Verified, error: "no overlap")).Next!.Status);

        // And one that the history knows nothing of, from before there was one.
        var taken = Fresh.Apply(TakenOver(run: 1, passed: PipelineStage.Published));
        Assert.Equal((1, QueueReason.Operator, true), (taken.Run, taken.Reason, taken.IsAtItsEnd));
        Assert.Empty(Decide(taken, Both).Events);
    }

    [Fact]
    public void Whatever_happens_replay_gives_the_state_and_a_stage_is_passed_once_in_a_run()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var state = Fresh;
            var history = new List<IPipelineEvent>();
            // Claims of workers that live, and of some that were given up and do not know it.
            var workers = new List<string>();
            for (var step = 0; step < 60; step++)
            {
                var events = random.Next(4) switch
                {
                    0 => Decide(state, random.Next(8) == 0 ? [LeftTake] : Both, random.Next(8) switch { 0 => [PipelineCommand.Process], 1 or 2 => [PipelineCommand.Retry], 3 => [new PipelineCommand.Cancel("anna")], _ => [] }).Events,
                    1 when state.Next is { Status: not StageStatus.Failed } => [state.Start(Claim(), MaxAttempts, Now)],
                    _ when workers.Count > 0 && state.Ended(workers[random.Next(workers.Count)], Outcome(), Now) is { } ended => [ended],
                    _ => [],
                };
                // Killed before it was written: as if it had never been decided.
                if (random.Next(4) == 0)
                {
                    continue;
                }

                history.AddRange(events);
                state = Apply(state, events);
                Assert.Equal(Text(state), Text(Apply(Fresh, history.Select(Stored))));
                Assert.All(history.OfType<StagePassed>().GroupBy(passed => (passed.Run, passed.Stage)), once => Assert.Single(once));
            }

            // Left in peace, every session comes to its end.
            for (var step = 0; state.Next is not null || state.Run == 0; step++)
            {
                Assert.True(step < 40, $"round {round}");
                state = Apply(state, Decide(state, Both, state.Next is { Status: StageStatus.Failed } ? [PipelineCommand.Retry] : []).Events);
                if (state.Next is { } next && state.Start($"end-{step}", MaxAttempts, Now) is StageStarted started)
                {
                    state = state.Apply(started);
                    state = state.Apply(state.Ended(started.Claim, Passes, Now)!);
                }
                else if (state.Next is { } worn)
                {
                    state = state.Apply(new StageStopped(Session, state.Run, worn.Stage, "worn out", Now));
                }
            }

            string Claim()
            {
                workers.Add($"claim-{workers.Count}");
                return workers[^1];
            }

            StageEnd Outcome() => random.Next(4) switch { 0 => FailsForGood, 1 => FailsByChance, _ => Passes };
        }
    }

    private static SessionPipelineState Queued(int run) => Apply(
        Fresh,
        [
            new RunQueued(Session, run, QueueReason.Operator, [LeftTake.Id, CenterTake.Id], Now),
            new StagePassed(Session, run, PipelineStage.Received, Now),
            new StagePassed(Session, run, PipelineStage.Verified, Now),
        ]);

    private static SessionPipelineState Started(SessionPipelineState state, string claim) => state.Apply(state.Start(claim, MaxAttempts, Now));

    private static SessionPipelineState Apply(SessionPipelineState state, IEnumerable<IPipelineEvent> events) => events.Aggregate(state, (each, @event) => each.Apply(@event));

    private static PipelineDecision Decide(SessionPipelineState state, CollectedTake[] takes, params PipelineCommand[] commands) =>
        state.Decide(takes, commands, Rig, Quiet, Now);

    private static RunTakenOver TakenOver(int run, PipelineStage passed, string? error = null) => new(
        Session,
        run,
        QueueReason.Operator,
        [LeftTake.Id, CenterTake.Id],
        Retries: 0,
        [.. Enum.GetValues<PipelineStage>().Select(stage =>
            new StageTakenOver(stage, stage <= passed, 1, stage <= passed ? new JsonObject { ["n"] = 2 } : null, stage == passed + 1 ? error : null, Now, Now))],
        Now,
        Now);

    private static IPipelineEvent Stored(IPipelineEvent @event) => (IPipelineEvent)Serializer.FromBinary(Serializer.ToBinary(@event), Serializer.Manifest(@event));

    private static string Text(SessionPipelineState state) => new StringBuilder()
        .Append(state.Run).Append(state.Reason).Append(state.QueuedAt).Append(state.Retries).AppendJoin(',', state.Takes)
        .AppendJoin(',', state.Stages.Select(stage => (stage with { Result = null }) + (stage.Result?.ToJsonString() ?? ""))).ToString();

    private static CollectedTake Take(CameraId camera, DateTimeOffset receivedAt) =>
        new(new TakeId(Session, camera, 1), receivedAt, TakeEndReason.Stopped, [CameraId.Left.Value, CameraId.Center.Value], SizeBytes: 10);
}
