using Rig.Domain.Identity;

namespace Rig.Actors.Pipeline;

/// <summary>Works on one stage at a time: asks for work, has it run, holds the session's lease meanwhile, and tells what came of it.</summary>
/// <remarks>
/// Idle -> Working -> Settling -> Idle. An attempt that is of no use any more, because its lease was lost or its run was replaced, is
/// cancelled and nothing of it is told. Its parent and the job's session watch it. A worker that is stopped or killed leaves its
/// lease to run out, since nobody knows when its stage really ended.
/// </remarks>
public sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRenewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettleInterval = TimeSpan.FromSeconds(1);

    private readonly IPipelineStore store;
    private readonly ISessionLeases leases;
    private readonly IReadOnlyList<IPipelineStage> stages;
    private readonly PipelineOptions options;
    private readonly CancellationTokenSource stopping = new();
    private IActorRef stitch = ActorRefs.Nobody;
    private IActorRef ml = ActorRefs.Nobody;
    private IActorRef publish = ActorRefs.Nobody;
    private CancellationTokenSource? running;
    private StageJob? job;

    public WorkerActor(IPipelineStore store, ISessionLeases leases, IReadOnlyList<IPipelineStage> stages, PipelineOptions options)
    {
        (this.store, this.leases, this.stages, this.options) = (store, leases, stages, options);
        Become(Idle);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(IPipelineStore store, ISessionLeases leases, IReadOnlyList<IPipelineStage> stages, PipelineOptions options) =>
        Props.Create(() => new WorkerActor(store, leases, stages, options));

    protected override void PreStart()
    {
        stitch = Context.ActorOf(Props.Create(() => new StitchActor(stages)), "stitch");
        ml = Context.ActorOf(Props.Create(() => new MlActor(stages)), "ml");
        publish = Context.ActorOf(Props.Create(() => new PublishActor(stages)), "publish");
        Context.Parent.Tell(PipelineProtocol.WorkWanted.Instance);
    }

    protected override void PostStop()
    {
        running?.Cancel();
        running?.Dispose();
        stopping.Cancel();
        stopping.Dispose();
    }

    private void Idle()
    {
        Receive<StageJob>(Work);
        // The session that this worker was offered to has restarted.
        Receive<PipelineProtocol.WorkOnly>(only =>
        {
            Drop(only.SessionId, only.Claim);
            Context.Parent.Tell(PipelineProtocol.WorkWanted.Instance);
        });
        ReceiveAny(_ => { });
    }

    private void Work(StageJob given)
    {
        job = given;
        running = new CancellationTokenSource();
        var progress = new LatestProgress();
        var actor = StitchActor.Stages.Contains(job.Stage) ? stitch : MlActor.Stages.Contains(job.Stage) ? ml : publish;
        actor.Tell(new StageActor.Run(job, progress, running.Token));
        Timers.StartPeriodicTimer("progress", ShowDue.Instance, ProgressInterval);
        KeepLease();
        Become(() => Working(job, progress));
    }

    private void Working(StageJob job, LatestProgress progress)
    {
        StageProgress? shown = null;
        Receive<ShowDue>(_ =>
        {
            if (progress.Value is var latest && latest != shown)
            {
                shown = latest;
                // A page that misses one sees the next.
                store.ShowProgressAsync(job, latest, stopping.Token).ContinueWith(
                    task => task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        });
        HoldLease(job);
        Receive<PipelineProtocol.WorkOnly>(only => Reconcile(job, only));
        Receive<StageJob>(Refuse);
        Receive<StageActor.Ended>(ended => ended.Claim == job.Claim, ended =>
        {
            Timers.Cancel("progress");
            var givenUp = running!.IsCancellationRequested;
            running.Dispose();
            running = null;
            if (givenUp)
            {
                Finish(told: false);
                return;
            }

            if (ended.Cause is { } cause)
            {
                Context.GetLogger().Warning("{0} of {1} failed: {2}", job.Stage, job.SessionId, cause);
            }

            Settle(job, new StageEnd(ended.Result, ended.Cause is null ? null : StageOutcome.Of(ended.Cause, job.Attempt, options)));
        });
        ReceiveAny(_ => { });
    }

    /// <summary>Tells what came of the stage until its session has written it down, however long the database is away.</summary>
    private void Settle(StageJob job, StageEnd end)
    {
        Tell();
        Timers.StartPeriodicTimer("settle", SettleDue.Instance, SettleInterval);
        Become(() =>
        {
            HoldLease(job);
            Receive<SettleDue>(_ => Tell());
            Receive<StageJob>(Refuse);
            Receive<PipelineProtocol.StageNoted>(noted => noted.Claim == job.Claim, _ => Finish(told: true));
            Receive<PipelineProtocol.WorkOnly>(only =>
            {
                if (only.Claim == job.Claim)
                {
                    Tell();
                }
                else if (only.SessionId == job.SessionId)
                {
                    Drop(only.SessionId, only.Claim);
                    Finish(told: true);
                }
                else
                {
                    Drop(only.SessionId, only.Claim);
                }
            });
            ReceiveAny(_ => { });
        });

        void Tell() => Context.Parent.Tell(new PipelineProtocol.StageEnded(job.SessionId, job.Claim, end));
    }

    private void HoldLease(StageJob job)
    {
        Receive<RenewDue>(_ => leases.RenewAsync(job.SessionId, job.Claim, options.Lease, stopping.Token).PipeTo(
            Self, success: answer => new Renewed(job.Claim, answer), failure: _ => new Renewed(job.Claim, null)));
        Receive<Renewed>(renewed => renewed.Claim == job.Claim, renewed =>
        {
            if (renewed.Answer is { IsHeld: true } held)
            {
                Context.Parent.Tell(new PipelineProtocol.StageUnderWay(job.SessionId, job.Claim, held.HighestSequenceNr));
            }
            else if (renewed.Answer is not null)
            {
                // Another server has it. While the database is away nobody can have taken it.
                running?.Cancel();
            }

            KeepLease();
        });
    }

    private void KeepLease() => Timers.StartSingleTimer("renew", RenewDue.Instance, options.Lease / 3 < LongestRenewal ? options.Lease / 3 : LongestRenewal);

    private void Reconcile(StageJob job, PipelineProtocol.WorkOnly only)
    {
        if (only.Claim == job.Claim)
        {
            Context.Parent.Tell(new PipelineProtocol.StageUnderWay(job.SessionId, job.Claim, 0));
            return;
        }

        Drop(only.SessionId, only.Claim);
        if (only.SessionId == job.SessionId)
        {
            running?.Cancel();
        }
    }

    /// <summary>A session that has read its history again may still act on an offer from before.</summary>
    private void Refuse(StageJob other) => leases.ReleaseAsync(other.SessionId, other.Claim, stopping.Token).PipeTo(
        Context.Parent, success: () => new PipelineProtocol.StageDropped(other.SessionId, other.Claim), failure: _ => new PipelineProtocol.StageDropped(other.SessionId, other.Claim));

    private static void Drop(SessionId session, string? claim)
    {
        if (claim is not null)
        {
            Context.Parent.Tell(new PipelineProtocol.StageDropped(session, claim));
        }
    }

    /// <summary>Gives the lease up, so that the next stage's worker need not wait for its end, and asks for work.</summary>
    private void Finish(bool told)
    {
        var (session, claim) = (job!.SessionId, job.Claim);
        job = null;
        Timers.CancelAll();
        leases.ReleaseAsync(session, claim, stopping.Token).PipeTo(Self, success: () => new Released(), failure: _ => new Released());
        Become(() =>
        {
            Receive<Released>(_ =>
            {
                if (!told)
                {
                    Drop(session, claim);
                }

                Context.Parent.Tell(PipelineProtocol.WorkWanted.Instance);
                Become(Idle);
            });
            Receive<StageJob>(Refuse);
            Receive<PipelineProtocol.WorkOnly>(only => Drop(only.SessionId, only.Claim));
            ReceiveAny(_ => { });
        });
    }

    /// <summary>The stage's newest word, written by its threads and read by the actor.</summary>
    private sealed class LatestProgress : IProgress<StageProgress>
    {
        private volatile StageProgress value = new(0, "");

        public StageProgress Value => value;

        public void Report(StageProgress value) => this.value = value;
    }

    private sealed record ShowDue
    {
        public static readonly ShowDue Instance = new();
    }

    private sealed record RenewDue
    {
        public static readonly RenewDue Instance = new();
    }

    private sealed record SettleDue
    {
        public static readonly SettleDue Instance = new();
    }

    private sealed record Renewed(string Claim, LeaseAnswer? Answer);

    private sealed record Released;
}
