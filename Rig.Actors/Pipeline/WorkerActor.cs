using System.Text.Json.Nodes;

namespace Rig.Actors.Pipeline;

/// <summary>Works on one stage at a time: claims it, runs it, renews the claim with its progress, and settles what came of it.</summary>
/// <remarks>
/// Idle -> Claiming -> Working -> Settling -> Claiming. A claim that cannot be renewed belongs to somebody else: the stage is
/// cancelled and nothing of it is written. A worker that is stopped or killed leaves its claim to run out.
/// </remarks>
public sealed class WorkerActor : ReceiveActor, IWithTimers
{
    /// <summary>Claims of one stage, when each ended without a word, before it is taken for one that kills its worker.</summary>
    private const int MaxSilentEnds = 5;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetrySettle = TimeSpan.FromSeconds(1);

    private readonly IWorkQueue queue;
    private readonly Dictionary<PipelineStage, IPipelineStage> stages;
    private readonly PipelineOptions options;
    private readonly TimeProvider time;
    private readonly string name;
    private readonly CancellationTokenSource stopping = new();
    private CancellationTokenSource? running;

    public WorkerActor(IWorkQueue queue, IReadOnlyList<IPipelineStage> stages, PipelineOptions options, TimeProvider time, string name)
    {
        (this.queue, this.options, this.time, this.name) = (queue, options, time, name);
        this.stages = stages.ToDictionary(stage => stage.Stage);
        Idle();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="name">Names the worker in its claims.</param>
    public static Props PropsFor(IWorkQueue queue, IReadOnlyList<IPipelineStage> stages, PipelineOptions options, TimeProvider time, string name) =>
        Props.Create(() => new WorkerActor(queue, stages, options, time, name));

    protected override void PreStart() => Timers.StartPeriodicTimer("poll", Poll.Instance, TimeSpan.Zero, options.PollInterval);

    protected override void PostStop()
    {
        running?.Cancel();
        running?.Dispose();
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Idle()
    {
        Receive<Poll>(_ => Claim());
        Receive<PipelineProtocol.WorkAvailable>(_ => Claim());
    }

    private void Claim()
    {
        queue.ClaimAsync(name, options.Lease, stopping.Token).PipeTo(Self, success: item => new Claimed(item), failure: _ => new Claimed(null));
        var again = false;
        Become(() =>
        {
            Receive<Claimed>(claimed =>
            {
                if (claimed.Item is { } item)
                {
                    Work(item);
                }
                else if (again)
                {
                    Claim();
                }
                else
                {
                    Become(Idle);
                }
            });
            Receive<PipelineProtocol.WorkAvailable>(_ => again = true);
            Receive<Poll>(_ => { });
        });
    }

    private void Work(WorkItem item)
    {
        if (item.Attempt > options.MaxAttempts + MaxSilentEnds)
        {
            Settle(item, () => queue.FailedAsync(item, "The server ended again and again while it worked on this stage. See its log, then press Retry.", retryAfter: null, stopping.Token));
            return;
        }

        var progress = new LatestProgress();
        running = new CancellationTokenSource();
        var token = running.Token;
        // Stages compute for minutes; they never run on the actor's own thread.
        Task.Run(() => stages[item.Stage].RunAsync(item.Context, progress, token), CancellationToken.None).PipeTo(
            Self, success: result => new Ended(item.Claim, result, null), failure: cause => new Ended(item.Claim, null, cause));
        Timers.StartPeriodicTimer("report", ReportDue.Instance, ReportInterval);
        Become(() => Working(item, progress));
    }

    private void Working(WorkItem item, LatestProgress progress)
    {
        var reporting = false;
        StageProgress? reported = null;
        var reportedAt = time.GetTimestamp();
        Receive<ReportDue>(_ =>
        {
            var latest = progress.Value;
            if (reporting || (latest == reported && time.GetElapsedTime(reportedAt) < options.Lease / 3))
            {
                return;
            }

            (reporting, reported, reportedAt) = (true, latest, time.GetTimestamp());
            queue.ReportAsync(item, latest, options.Lease, stopping.Token).PipeTo(
                Self, success: held => new Reported(item.Claim, held), failure: _ => new Reported(item.Claim, Held: true));
        });
        Receive<Reported>(answer => answer.Claim == item.Claim, answer =>
        {
            reporting = false;
            if (!answer.Held)
            {
                running!.Cancel();
            }
        });
        Receive<Reported>(_ => { });
        Receive<Ended>(ended => ended.Claim == item.Claim, ended =>
        {
            Timers.Cancel("report");
            running!.Dispose();
            running = null;
            if (ended.Result is { } result)
            {
                Settle(item, () => queue.DoneAsync(item, result, stopping.Token));
            }
            else
            {
                var outcome = StageOutcome.Of(ended.Cause!, item.Attempt, options);
                Context.GetLogger().Warning("{0} of {1} failed: {2}", item.Stage, item.Context.SessionId, ended.Cause!);
                Settle(item, () => queue.FailedAsync(item, outcome.Error, outcome.RetryAfter, stopping.Token));
            }
        });
        Receive<Poll>(_ => { });
        Receive<PipelineProtocol.WorkAvailable>(_ => { });
    }

    /// <summary>Writes down what came of the stage, however long the database is away; false only says that somebody else has it now.</summary>
    private void Settle(WorkItem item, Func<Task<bool>> write)
    {
        Attempt();
        Become(() =>
        {
            Receive<Settled>(settled => settled.Claim == item.Claim, settled =>
            {
                if (settled.Written)
                {
                    Context.Parent.Tell(new PipelineProtocol.StageSettled(item.Context.SessionId));
                    Claim();
                }
                else
                {
                    Timers.StartSingleTimer("settle", SettleDue.Instance, RetrySettle);
                }
            });
            Receive<SettleDue>(_ => Attempt());
            ReceiveAny(_ => { });
        });

        void Attempt() => write().PipeTo(Self, success: _ => new Settled(item.Claim, Written: true), failure: _ => new Settled(item.Claim, Written: false));
    }

    /// <summary>The stage's newest word, written by its threads and read by the actor.</summary>
    private sealed class LatestProgress : IProgress<StageProgress>
    {
        private volatile StageProgress value = new(0, "");

        public StageProgress Value => value;

        public void Report(StageProgress value) => this.value = value;
    }

    private sealed record Poll
    {
        public static readonly Poll Instance = new();
    }

    private sealed record ReportDue
    {
        public static readonly ReportDue Instance = new();
    }

    private sealed record SettleDue
    {
        public static readonly SettleDue Instance = new();
    }

    private sealed record Claimed(WorkItem? Item);

    private sealed record Reported(string Claim, bool Held);

    private sealed record Ended(string Claim, JsonObject? Result, Exception? Cause);

    private sealed record Settled(string Claim, bool Written);
}
