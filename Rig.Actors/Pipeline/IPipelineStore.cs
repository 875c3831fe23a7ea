using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Actors.Pipeline;

/// <summary>What the pipeline reads of the server's database beside its own history, and what it shows there to pages.</summary>
public interface IPipelineStore
{
    /// <summary>The session's takes, none for an unknown session, and how far its history has come, whoever wrote it.</summary>
    Task<SessionLook> LookAsync(SessionId session, CancellationToken cancellationToken);

    /// <summary>
    /// Sessions whose actors should look: something about them is not at its end, or not shown yet. May name too many; what follows is
    /// decided on their histories alone.
    /// </summary>
    Task<IReadOnlyList<SessionId>> UnfinishedAsync(CancellationToken cancellationToken);

    /// <summary>What a stage works on.</summary>
    Task<StageContext> ContextAsync(SessionId session, IReadOnlyDictionary<PipelineStage, JsonObject> results, CancellationToken cancellationToken);

    /// <summary>Lays the session's state where pages read it. Changes nothing when a newer one is there.</summary>
    /// <param name="sequenceNr">The number of the last event in it.</param>
    Task ShowAsync(SessionPipelineState state, long sequenceNr, CancellationToken cancellationToken);

    /// <summary>For pages; lost with the attempt.</summary>
    Task ShowProgressAsync(StageJob job, StageProgress progress, CancellationToken cancellationToken);
}

/// <param name="HighestSequenceNr">Of the session's history; 0 when it is empty.</param>
public sealed record SessionLook(IReadOnlyList<CollectedTake> Takes, long HighestSequenceNr);

/// <summary>
/// Which of several servers works on a session right now. A lease keeps two from doing the same work; that a result counts once is
/// the history's doing, since only one of them can write the next event.
/// </summary>
public interface ISessionLeases
{
    Task<LeaseAnswer> TryAcquireAsync(SessionId session, string claim, TimeSpan duration, CancellationToken cancellationToken);

    Task<LeaseAnswer> RenewAsync(SessionId session, string claim, TimeSpan duration, CancellationToken cancellationToken);

    Task ReleaseAsync(SessionId session, string claim, CancellationToken cancellationToken);
}

/// <param name="HighestSequenceNr">Of the session's history, read after the lease was held.</param>
public readonly record struct LeaseAnswer(bool IsHeld, long HighestSequenceNr);
