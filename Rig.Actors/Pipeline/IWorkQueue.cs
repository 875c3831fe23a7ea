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
    /// <summary>What is known of a session's takes; null when none was received.</summary>
    Task<SessionTakes?> TakesAsync(SessionId session, CancellationToken cancellationToken);

    /// <summary>Sessions with takes that no queued stage knows of yet.</summary>
    Task<IReadOnlyList<SessionId>> CollectingAsync(CancellationToken cancellationToken);

    /// <summary>Queues every stage from the first one on; a run in progress loses its claim.</summary>
    Task QueueAsync(SessionId session, QueueReason reason, CancellationToken cancellationToken);

    /// <summary>Queues the failed stage again.</summary>
    /// <returns>False when none failed.</returns>
    Task<bool> RetryAsync(SessionId session, CancellationToken cancellationToken);

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
