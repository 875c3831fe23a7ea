using System.Text.Json.Nodes;
using Rig.Actors.Pipeline;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Tests.Support;

namespace Rig.Tests.Pipeline;

/// <summary>The actors over a journal in memory and a queue in memory: two pipelines on them are two servers.</summary>
public sealed class SessionPipelineActorTests() : PatientTestKit("""
    akka.persistence.journal.plugin = "test.journal"
    test.journal.class = "Rig.Tests.Pipeline.FailingJournal, Rig.Tests"
    """)
{
    private static readonly SessionId Session = SessionId.Parse("GAME_1");

    private readonly ScriptedQueue queue = new(Session);

    [Fact]
    public void A_complete_session_is_queued_once_and_settled_when_its_last_stage_is_done()
    {
        var pipeline = Start();
        AwaitCondition(() => queue.Queued.SequenceEqual([(1, QueueReason.Complete)]));

        queue.Finish();
        pipeline.Tell(new PipelineProtocol.StageSettled(Session));
        AwaitCondition(() => queue.Settled);
        Assert.Single(queue.Queued);
    }

    [Fact]
    public async Task The_answer_comes_after_the_decision_is_written_down_and_the_queue_hears_of_it_later()
    {
        var pipeline = Start();
        AwaitCondition(() => queue.Queued.Count == 1);
        queue.Down = true;
        queue.DownFor = nameof(IWorkQueue.QueueAsync);

        Assert.IsType<PipelineProtocol.Accepted>(await pipeline.Ask<object>(new PipelineProtocol.ProcessSession(Session), TimeSpan.FromSeconds(30)));
        Assert.Single(queue.Queued);
        queue.Down = false;
        AwaitCondition(() => queue.Queued.SequenceEqual([(1, QueueReason.Complete), (2, QueueReason.Operator)]), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_command_is_refused_while_the_database_is_away()
    {
        var pipeline = Start();
        AwaitCondition(() => queue.Queued.Count == 1);
        queue.Down = true;

        var refused = Assert.IsType<PipelineProtocol.Refused>(await pipeline.Ask<object>(new PipelineProtocol.ProcessSession(Session), TimeSpan.FromSeconds(30)));
        Assert.Contains("database does not answer", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decision_that_could_not_be_written_is_made_again_on_the_newer_history_and_its_asker_gets_the_answer()
    {
        var pipeline = Start();
        AwaitCondition(() => queue.Queued.Count == 1);
        queue.Finish();
        pipeline.Tell(new PipelineProtocol.StageSettled(Session));
        AwaitCondition(() => queue.Settled);
        JournalFaults.Of(Sys).FailNextWrite(new IOException("another wrote first"));

        Assert.IsType<PipelineProtocol.Accepted>(await pipeline.Ask<object>(new PipelineProtocol.ProcessSession(Session), TimeSpan.FromSeconds(30)));
        AwaitCondition(() => queue.Queued.SequenceEqual([(1, QueueReason.Complete), (2, QueueReason.Operator)]));
    }

    [Fact]
    public async Task A_restarted_pipeline_knows_where_it_was()
    {
        var first = Start();
        AwaitCondition(() => queue.Queued.Count == 1);
        queue.Fail("no overlap");
        first.Tell(new PipelineProtocol.StageSettled(Session));
        AwaitCondition(() => queue.Settled);
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first);

        var second = Start();
        Assert.IsType<PipelineProtocol.Accepted>(await second.Ask<object>(new PipelineProtocol.RetrySession(Session), TimeSpan.FromSeconds(30)));
        AwaitCondition(() => queue.Retried.SequenceEqual([(1, 1)]));
        Assert.Single(queue.Queued);
        var refused = Assert.IsType<PipelineProtocol.Refused>(await second.Ask<object>(new PipelineProtocol.RetrySession(Session), TimeSpan.FromSeconds(30)));
        Assert.Equal("No stage of this session has failed.", refused.Reason);
    }

    [Fact]
    public void A_pipeline_killed_between_history_and_queue_queues_the_run_after_its_restart()
    {
        queue.Down = true;
        queue.DownFor = nameof(IWorkQueue.QueueAsync);
        var first = Start();
        AwaitCondition(() => queue.Refusals > 0);
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first);
        queue.Down = false;

        Start();
        AwaitCondition(() => queue.Queued.SequenceEqual([(1, QueueReason.Complete)]));
    }

    private IActorRef Start() => Sys.ActorOf(PipelineActor.PropsFor(
        queue, [CameraId.Left], [], new PipelineOptions { Workers = 0 }, TimeProvider.System, "test"));

    /// <summary>The rows of one session in memory, as strict as the real queue about what it does twice.</summary>
    private sealed class ScriptedQueue(SessionId session) : IWorkQueue
    {
        private readonly Lock gate = new();
        private SessionWork work = new(
            new SessionTakes(session, [new CollectedTake(new RecordingId(session, CameraId.Left, 1), TimeProvider.System.GetUtcNow(), TakeEndReason.Stopped, [CameraId.Left.Value])], null), 0, 0, null, false, []);

        public List<(int Run, QueueReason Reason)> Queued { get; } = [];

        public List<(int Run, int Retries)> Retried { get; } = [];

        public bool Settled => work.Settled;

        /// <summary>The database does not answer; only for one call, if that is named.</summary>
        public bool Down { get; set; }

        public string? DownFor { get; set; }

        public int Refusals { get; private set; }

        public void Finish() => Change(now => now with { Stages = [.. now.Stages.Select(row => row with { IsDone = true })] });

        public void Fail(string error) => Change(now => now with { Stages = [.. now.Stages.Select(row => row.Stage == PipelineStage.Aligned ? row with { Error = error } : row)] });

        public Task<SessionWork?> LookAsync(SessionId session, CancellationToken cancellationToken) => Call<SessionWork?>(nameof(LookAsync), () => work);

        public Task<IReadOnlyList<SessionId>> UnsettledAsync(CancellationToken cancellationToken) =>
            Call<IReadOnlyList<SessionId>>(nameof(UnsettledAsync), () => work.Settled ? [] : [work.Takes.SessionId]);

        public Task QueueAsync(SessionId session, int run, QueueReason reason, CancellationToken cancellationToken) => Call(nameof(QueueAsync), () =>
        {
            if (work.Run < run)
            {
                Queued.Add((run, reason));
                work = new SessionWork(
                    work.Takes with { QueuedAt = TimeProvider.System.GetUtcNow() }, run, 0, reason, false,
                    [.. Enum.GetValues<PipelineStage>().Select(stage => new StageRow(stage, stage <= PipelineStage.Verified, null, TimeProvider.System.GetUtcNow()))]);
            }

            return true;
        });

        public Task RetryAsync(SessionId session, int run, int retries, CancellationToken cancellationToken) => Call(nameof(RetryAsync), () =>
        {
            if (work.Run == run && work.Retries < retries)
            {
                Retried.Add((run, retries));
                work = work with { Retries = retries, Settled = false, Stages = [.. work.Stages.Select(row => row with { Error = null })] };
            }

            return true;
        });

        public Task SettleAsync(SessionId session, int run, int retries, CancellationToken cancellationToken) => Call(nameof(SettleAsync), () =>
        {
            work = work.Run == run && work.Retries == retries ? work with { Settled = true } : work;
            return true;
        });

        public Task<WorkItem?> ClaimAsync(string worker, TimeSpan lease, CancellationToken cancellationToken) => Task.FromResult<WorkItem?>(null);

        public Task<bool> ReportAsync(WorkItem item, StageProgress progress, TimeSpan lease, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<bool> DoneAsync(WorkItem item, JsonObject result, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<bool> FailedAsync(WorkItem item, string error, TimeSpan? retryAfter, CancellationToken cancellationToken) => Task.FromResult(false);

        private void Change(Func<SessionWork, SessionWork> change)
        {
            lock (gate)
            {
                work = change(work);
            }
        }

        private Task<T> Call<T>(string name, Func<T> call)
        {
            lock (gate)
            {
                if (Down && (DownFor is null || DownFor == name))
                {
                    Refusals++;
                    return Task.FromException<T>(new IOException("The database is away."));
                }

                return Task.FromResult(call());
            }
        }
    }
}
