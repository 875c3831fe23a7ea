using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.Tests.Pipeline;

/// <summary>The database of one session in memory, shared by all pipelines of a test: takes, leases, and what pages see.</summary>
internal sealed class ScriptedPipeline(ActorSystem system, SessionId session) : IPipelineStore, ISessionLeases
{
    private readonly Lock gate = new();
    private (string Claim, DateTimeOffset Until)? lease;
    private long shownNr;

    /// <summary>What pages see; null before there is anything.</summary>
    public SessionPipelineState? Shown { get; private set; }

    /// <summary>The database does not answer; only for one call, if that is named.</summary>
    public bool Down { get; set; }

    public string? DownFor { get; set; }

    public List<CollectedTake> Takes { get; } =
        [new CollectedTake(new TakeId(session, CameraId.Left, 1), TimeProvider.System.GetUtcNow(), TakeEndReason.Stopped, [CameraId.Left.Value])];

    public bool IsLeased
    {
        get
        {
            lock (gate)
            {
                return lease is not null;
            }
        }
    }

    private long Highest => JournalFaults.Of(system).Highest.GetValueOrDefault(SessionPipelineActor.PersistenceIdOf(session));

    public Task<SessionLook> LookAsync(SessionId id, CancellationToken cancellationToken) =>
        Call(nameof(LookAsync), () => id == session ? new SessionLook([.. Takes], Highest) : new SessionLook([], 0));

    public Task<IReadOnlyList<SessionId>> UnfinishedAsync(CancellationToken cancellationToken) =>
        Call<IReadOnlyList<SessionId>>(nameof(UnfinishedAsync), () => [session]);

    public Task<StageContext> ContextAsync(SessionId id, IReadOnlyDictionary<PipelineStage, JsonObject> results, CancellationToken cancellationToken) =>
        Call(nameof(ContextAsync), () => new StageContext(id, "/nowhere", [], results));

    public Task ShowAsync(SessionPipelineState state, long sequenceNr, CancellationToken cancellationToken) => Call(nameof(ShowAsync), () =>
    {
        (Shown, shownNr) = sequenceNr > shownNr ? (state, sequenceNr) : (Shown, shownNr);
        return true;
    });

    public Task ShowProgressAsync(StageJob job, StageProgress progress, CancellationToken cancellationToken) => Call(nameof(ShowProgressAsync), () => true);

    public Task<LeaseAnswer> TryAcquireAsync(SessionId id, string claim, TimeSpan duration, CancellationToken cancellationToken) => Call(nameof(TryAcquireAsync), () =>
    {
        if (lease is { } held && held.Until > TimeProvider.System.GetUtcNow())
        {
            return new LeaseAnswer(false, Highest);
        }

        lease = (claim, TimeProvider.System.GetUtcNow() + duration);
        return new LeaseAnswer(true, Highest);
    });

    public Task<LeaseAnswer> RenewAsync(SessionId id, string claim, TimeSpan duration, CancellationToken cancellationToken) => Call(nameof(RenewAsync), () =>
    {
        if (lease?.Claim != claim)
        {
            return new LeaseAnswer(false, Highest);
        }

        lease = (claim, TimeProvider.System.GetUtcNow() + duration);
        return new LeaseAnswer(true, Highest);
    });

    public Task ReleaseAsync(SessionId id, string claim, CancellationToken cancellationToken) => Call(nameof(ReleaseAsync), () =>
    {
        lease = lease?.Claim == claim ? null : lease;
        return true;
    });

    /// <summary>As if another server had taken it.</summary>
    public void StealLease()
    {
        lock (gate)
        {
            lease = ("thief", TimeProvider.System.GetUtcNow());
        }
    }

    private Task<T> Call<T>(string name, Func<T> call)
    {
        lock (gate)
        {
            return Down && (DownFor is null || DownFor == name) ? Task.FromException<T>(new IOException("The database is away.")) : Task.FromResult(call());
        }
    }
}

/// <summary>Stages that do nothing, or what a test says.</summary>
internal sealed class CountedStages
{
    /// <summary>What began, in order.</summary>
    public ConcurrentQueue<PipelineStage> Began { get; } = new();

    public Func<PipelineStage, StageContext, CancellationToken, Task> OnRun { get; set; } = (_, _, _) => Task.CompletedTask;

    public IReadOnlyList<IPipelineStage> All =>
        [.. Enum.GetValues<PipelineStage>().Where(stage => stage >= PipelineStage.Aligned).Select(stage => new One(stage, this))];

    private sealed class One(PipelineStage stage, CountedStages script) : IPipelineStage
    {
        public PipelineStage Stage => stage;

        public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
        {
            script.Began.Enqueue(stage);
            await script.OnRun(stage, context, cancellationToken);
            return new JsonObject { ["stage"] = stage.ToString(), ["seen_results"] = context.Results.Count };
        }
    }
}
