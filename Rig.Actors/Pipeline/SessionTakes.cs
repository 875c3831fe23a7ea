using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Actors.Pipeline;

/// <param name="Queued">The takes that its newest run was queued with; empty before the first.</param>
/// <param name="QueuedDescribedAt">When the newest corrected manifest that the run knows had come; null when none was corrected.</param>
public sealed record SessionTakes(SessionId SessionId, IReadOnlyList<CollectedTake> Takes, IReadOnlyCollection<TakeId> Queued, DateTimeOffset? QueuedDescribedAt = null);

/// <param name="EndReason">One of <see cref="TakeEndReason"/>; null from senders that do not say it.</param>
/// <param name="SessionCameras">The cameras that were asked to record; null or empty from senders that do not say it.</param>
/// <param name="IsDamaged">Its file on the server's disk is missing or changed.</param>
/// <param name="Problem">What is wrong with the video as it came, as a sentence.</param>
/// <param name="DescribedAt">When a corrected manifest came for the same bytes; null when none did.</param>
public sealed record CollectedTake(
    TakeId Id,
    DateTimeOffset ReceivedAt,
    string? EndReason,
    IReadOnlyList<string>? SessionCameras,
    long SizeBytes = 0,
    bool IsDamaged = false,
    string? Problem = null,
    DateTimeOffset? DescribedAt = null);
