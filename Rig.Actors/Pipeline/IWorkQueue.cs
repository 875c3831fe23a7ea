using System.Text.Json.Nodes;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.Actors.Pipeline;

/// <summary>
/// Sessions and their stages, durable and shared by every worker on every server. A claim is held by renewing it; what a lost claim
/// reports is refused (false), so a worker that was taken for dead changes nothing.
/// </summary>
public interface IWorkQueue
{
    /// <summary>What is known of a session's takes and stages; null when no take was received.</summary>
    Task<SessionWork?> LookAsync(SessionId session, CancellationToken cancellationToken);

    /// <summary>Sessions with takes that no queued stage knows of yet, or whose run is not settled.</summary>
    Task<IReadOnlyList<SessionId>> UnsettledAsync(CancellationToken cancellationToken);

    /// <summary>Queues every stage from the first one on; a run in progress loses its claim. Does nothing when that run, or a later one, was queued already.</summary>
    Task QueueAsync(SessionId session, int run, QueueReason reason, CancellationToken cancellationToken);

    /// <summary>Queues the run's failed stage again. Does nothing when that was done already, or another run was queued.</summary>
    /// <param name="retries">The how-manieth retry of the run it is; 1 for the first.</param>
    Task RetryAsync(SessionId session, int run, int retries, CancellationToken cancellationToken);

    /// <summary>The session's history tells how the run ended, so that nobody need look at it again.</summary>
    Task SettleAsync(SessionId session, int run, int retries, CancellationToken cancellationToken);

    /// <summary>The first stage of any session that is due and that nobody holds.</summary>
    Task<WorkItem?> ClaimAsync(string worker, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Renews the claim and tells how far the stage is.</summary>
    Task<bool> ReportAsync(WorkItem item, StageProgress progress, TimeSpan lease, CancellationToken cancellationToken);

    Task<bool> DoneAsync(WorkItem item, JsonObject result, CancellationToken cancellationToken);

    /// <param name="retryAfter">Null: it waits for the operator.</param>
    Task<bool> FailedAsync(WorkItem item, string error, TimeSpan? retryAfter, CancellationToken cancellationToken);
}

/// <param name="QueuedAt">When its stages were last queued; by the clock that also stamps the takes.</param>
public sealed record SessionTakes(SessionId SessionId, IReadOnlyList<CollectedTake> Takes, DateTimeOffset? QueuedAt);

/// <param name="Run">The run whose stages these are; 0 before the first.</param>
/// <param name="Retries">How often its failed stage was queued again.</param>
/// <param name="Settled">See <see cref="IWorkQueue.SettleAsync"/>.</param>
/// <param name="Stages">In their order.</param>
public sealed record SessionWork(SessionTakes Takes, int Run, int Retries, QueueReason? Reason, bool Settled, IReadOnlyList<StageRow> Stages);

/// <param name="Error">Why it waits for the operator; null unless it does.</param>
public sealed record StageRow(PipelineStage Stage, bool IsDone, string? Error, DateTimeOffset? EndedAt);

/// <param name="EndReason">One of <see cref="TakeEndReason"/>; null from senders that do not say it.</param>
/// <param name="SessionCameras">The cameras that were asked to record; null or empty from senders that do not say it.</param>
public sealed record CollectedTake(RecordingId Id, DateTimeOffset ReceivedAt, string? EndReason, IReadOnlyList<string>? SessionCameras);

public enum QueueReason
{
    /// <summary>Every camera's recording is there.</summary>
    Complete = 1,

    /// <summary>Nothing more came.</summary>
    Quiet = 2,

    Operator = 3,
}

/// <param name="Attempt">1 for the first.</param>
/// <param name="Claim">Names this claim and no other.</param>
public sealed record WorkItem(PipelineStage Stage, int Attempt, string Claim, StageContext Context);
