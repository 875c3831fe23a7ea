using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Tests.Support;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Tests.Pipeline;

/// <summary>The actors over a journal and a database in memory: two pipelines on them are two servers.</summary>
public sealed class SessionPipelineActorTests : PatientTestKit
{
    private static readonly SessionId Session = SessionId.Parse("GAME_1");
    private static readonly PipelineStage[] Work = [.. Enum.GetValues<PipelineStage>().Where(stage => stage >= PipelineStage.Aligned)];

    private readonly ScriptedPipeline database;
    private readonly CountedStages stages = new();

    public SessionPipelineActorTests()
        : base("""
            akka.persistence.journal.plugin = "test.journal"
            test.journal.class = "Rig.Tests.Pipeline.FailingJournal, Rig.Tests"
            """) => database = new ScriptedPipeline(Sys, Session);

    private JournalFaults Journal => JournalFaults.Of(Sys);

    [Fact]
    public void A_complete_session_is_queued_once_and_passes_every_stage_once()
    {
        Start();
        UntilPublished();

        Assert.Equal(Work, stages.Began);
        Assert.Single(Journal.Written.OfType<RunQueued>());
        Assert.Equal(Enum.GetValues<PipelineStage>(), Journal.Written.OfType<StagePassed>().Select(passed => passed.Stage));
        Assert.Equal(6, (int)database.Shown!.Stages[6].Result!["seen_results"]!);
    }

    [Fact]
    public async Task The_answer_comes_after_the_decision_is_written_down()
    {
        var pipeline = Start();
        UntilPublished();

        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(pipeline, new PipelineProtocol.ProcessSession(Session)));
        Assert.Equal([1, 2], Journal.Written.OfType<RunQueued>().Select(queued => queued.Run));
        AwaitCondition(() => database.Shown is { Run: 2, IsAtItsEnd: true });
        Assert.Equal([.. Work, .. Work], stages.Began);
    }

    [Fact]
    public async Task A_command_is_refused_while_the_database_is_away()
    {
        var pipeline = Start();
        UntilPublished();
        database.Down = true;

        var refused = Assert.IsType<PipelineProtocol.Refused>(await AskAsync(pipeline, new PipelineProtocol.ProcessSession(Session)));
        Assert.Contains("database does not answer", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decision_that_could_not_be_written_is_made_again_on_the_newer_history_and_its_asker_gets_the_answer()
    {
        var pipeline = Start();
        UntilPublished();
        Journal.FailNextWrite(new IOException("another wrote first"));

        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(pipeline, new PipelineProtocol.ProcessSession(Session)));
        AwaitCondition(() => database.Shown is { Run: 2, IsAtItsEnd: true });
    }

    [Fact]
    public void An_outcome_that_could_not_be_written_is_kept_and_its_stage_is_not_run_again()
    {
        stages.OnRun = (stage, _, _) =>
        {
            if (stage == PipelineStage.Stitched)
            {
                Journal.FailNextWrite(new IOException("the database is away"));
            }

            return Task.CompletedTask;
        };
        Start();
        UntilPublished();

        Assert.Equal(Work, stages.Began);
    }

    [Fact]
    public async Task A_restarted_pipeline_knows_where_it_was()
    {
        stages.OnRun = (stage, _, _) => stage == PipelineStage.Stitched ? throw new StageFailedException("no overlap") : Task.CompletedTask;
        var first = Start();
        AwaitCondition(() => database.Shown?.Next is { Stage: PipelineStage.Stitched, Status: StageStatus.Failed, Error: "no overlap" });
        Kill(first);

        stages.OnRun = (_, _, _) => Task.CompletedTask;
        var second = Start();
        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(second, new PipelineProtocol.RetrySession(Session)));
        UntilPublished();
        Assert.Equal([PipelineStage.Aligned, PipelineStage.Stitched, .. Work[1..]], stages.Began);
        var refused = Assert.IsType<PipelineProtocol.Refused>(await AskAsync(second, new PipelineProtocol.RetrySession(Session)));
        Assert.Equal("No stage of this session has failed.", refused.Reason);
    }

    [Fact]
    public async Task The_stage_of_a_server_that_died_is_started_again_by_another_after_the_lease_and_nothing_else_is()
    {
        var reached = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        stages.OnRun = (stage, _, _) =>
        {
            reached.TrySetResult();
            return stage == PipelineStage.Detected ? held.Task : Task.CompletedTask;
        };
        var first = Start();
        AwaitCondition(() => stages.Began.Contains(PipelineStage.Detected));
        Kill(first);

        Start("second");
        AwaitCondition(() => stages.Began.Count(stage => stage == PipelineStage.Detected) == 2);
        held.SetResult();
        UntilPublished();
        await reached.Task;
        Assert.Equal([.. Work[..3], .. Work[2..]], stages.Began);
        Assert.Equal([1, 2], Journal.Written.OfType<StageStarted>().Where(started => started.Stage == PipelineStage.Detected).Select(started => started.Attempt));
    }

    [Fact]
    public void Two_servers_share_the_work_and_no_stage_is_run_by_both()
    {
        Start();
        Start("second");
        UntilPublished();

        Assert.Equal(Work, stages.Began);
        Assert.Single(Journal.Written.OfType<RunQueued>());
    }

    [Fact]
    public async Task A_run_that_another_server_queued_takes_the_stage_from_its_worker()
    {
        stages.OnRun = (stage, _, token) => stage == PipelineStage.Aligned && stages.Began.Count == 1 ? RealTime.NeverAsync(token) : Task.CompletedTask;
        Start();
        AwaitCondition(() => stages.Began.Count == 1);
        var second = Start("second", workers: 0);

        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(second, new PipelineProtocol.ProcessSession(Session)));
        AwaitCondition(() => database.Shown is { Run: 2, IsAtItsEnd: true });
        Assert.Equal([PipelineStage.Aligned, .. Work], stages.Began);
    }

    [Fact]
    public void A_worker_that_lost_its_lease_gives_its_stage_up()
    {
        stages.OnRun = (stage, _, token) => stage == PipelineStage.Aligned && stages.Began.Count == 1 ? RealTime.NeverAsync(token) : Task.CompletedTask;
        Start();
        AwaitCondition(() => stages.Began.Count == 1);
        database.StealLease();

        UntilPublished();
        Assert.Equal([PipelineStage.Aligned, .. Work], stages.Began);
    }

    [Fact]
    public void A_stage_that_ends_its_server_again_and_again_waits_for_the_operator()
    {
        stages.OnRun = (_, _, token) => RealTime.NeverAsync(token);
        // Three attempts may fail, and five more end without a word.
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            var pipeline = Start();
            AwaitCondition(() => stages.Began.Count == attempt);
            Kill(pipeline);
        }

        Start();
        AwaitCondition(() => database.Shown?.Next is { Stage: PipelineStage.Aligned, Status: StageStatus.Failed, Attempts: 8 });
    }

    [Fact]
    public void Pages_that_could_not_be_told_are_told_later()
    {
        (database.Down, database.DownFor) = (true, nameof(IPipelineStore.ShowAsync));
        Start();
        AwaitCondition(() => Journal.Written.OfType<StagePassed>().Any(passed => passed.Stage == PipelineStage.Published));
        Assert.Null(database.Shown);

        database.Down = false;
        UntilPublished();
    }

    [Fact]
    public async Task A_cancelled_stage_is_given_up_its_worker_is_free_again_and_a_retry_goes_on_with_it()
    {
        var abandoned = new TaskCompletionSource();
        stages.OnRun = async (stage, _, token) =>
        {
            if (stage == PipelineStage.Stitched && stages.Began.Count == 2)
            {
                token.Register(abandoned.SetResult);
                await RealTime.NeverAsync(token);
            }
        };
        var pipeline = Start(workers: 1);
        AwaitCondition(() => stages.Began.Count == 2);

        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(pipeline, new PipelineProtocol.CancelStage(Session, "anna")));
        await abandoned.Task.WaitAsync(TimeSpan.FromSeconds(30));
        AwaitCondition(() => database.Shown?.Next is { Stage: PipelineStage.Stitched, Status: StageStatus.Failed, CancelledBy: "anna", Error: "Cancelled by anna." });
        var refused = Assert.IsType<PipelineProtocol.Refused>(await AskAsync(pipeline, new PipelineProtocol.CancelStage(Session, "ben")));
        Assert.Contains("No stage of this session runs", refused.Reason, StringComparison.Ordinal);

        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(pipeline, new PipelineProtocol.RetrySession(Session)));
        UntilPublished();
        Assert.Equal([PipelineStage.Aligned, PipelineStage.Stitched, .. Work[1..]], stages.Began);
        Assert.Null(database.Shown!.Stages[(int)PipelineStage.Stitched].CancelledBy);
    }

    [Fact]
    public async Task A_stage_that_another_server_works_on_can_be_cancelled_here()
    {
        stages.OnRun = (stage, _, token) => stage == PipelineStage.Detected ? RealTime.NeverAsync(token) : Task.CompletedTask;
        Start();
        AwaitCondition(() => stages.Began.Contains(PipelineStage.Detected));
        var second = Start("second", workers: 0);

        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(second, new PipelineProtocol.CancelStage(Session, "anna")));
        AwaitCondition(() => database.Shown?.Next is { Stage: PipelineStage.Detected, Status: StageStatus.Failed, CancelledBy: "anna" });
        // The lease is given up only by a worker that has stopped.
        AwaitCondition(() => !database.IsLeased);
        Assert.Single(stages.Began, stage => stage == PipelineStage.Detected);
    }

    [Fact]
    public async Task A_cancelled_stage_stays_cancelled_over_a_restart()
    {
        stages.OnRun = (_, _, token) => RealTime.NeverAsync(token);
        var first = Start();
        AwaitCondition(() => stages.Began.Count == 1);
        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(first, new PipelineProtocol.CancelStage(Session, "anna")));
        Kill(first);

        stages.OnRun = (_, _, _) => Task.CompletedTask;
        var second = Start("second");
        AwaitCondition(() => database.Shown?.Next is { CancelledBy: "anna" });
        Assert.Single(stages.Began);
        Assert.IsType<PipelineProtocol.Accepted>(await AskAsync(second, new PipelineProtocol.RetrySession(Session)));
        UntilPublished();
    }

    private static Task<object> AskAsync(IActorRef pipeline, object question) => pipeline.Ask<object>(question, TimeSpan.FromSeconds(30));

    private void UntilPublished() => AwaitCondition(() => database.Shown is { Run: > 0, Next: null }, TimeSpan.FromSeconds(60));

    private void Kill(IActorRef pipeline)
    {
        Watch(pipeline);
        Sys.Stop(pipeline);
        ExpectTerminated(pipeline);
    }

    private IActorRef Start(string server = "first", int workers = 2) => Sys.ActorOf(PipelineActor.PropsFor(new PipelineServices(
        database,
        database,
        [CameraId.Left],
        stages.All,
        new PipelineOptions { Workers = workers, Lease = TimeSpan.FromSeconds(1), PollInterval = TimeSpan.FromMilliseconds(50), RetryDelay = TimeSpan.FromMilliseconds(10) },
        TimeProvider.System,
        server)));
}
