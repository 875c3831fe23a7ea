using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Actors.Pipeline;

/// <summary>What is said within the pipeline of one server (<c>/user/pipeline</c>). Never sent to another server: they share histories.</summary>
public static class PipelineProtocol
{
    /// <summary>Routed to the session's own actor.</summary>
    public interface IWithSessionId
    {
        SessionId SessionId { get; }
    }

    /// <summary>A take's receipt is committed, or the session is unfinished for another reason.</summary>
    public sealed record TakeReceived(SessionId SessionId) : IWithSessionId;

    /// <summary>The operator wants the session worked on with what there is, from its first stage. Answer: <see cref="Accepted"/> or <see cref="Refused"/>.</summary>
    public sealed record ProcessSession(SessionId SessionId) : IWithSessionId;

    /// <summary>The operator wants the failed stage tried again. Answer: <see cref="Accepted"/> or <see cref="Refused"/>.</summary>
    public sealed record RetrySession(SessionId SessionId) : IWithSessionId;

    /// <summary>The stage that runs, or waits to run, is to be ended. Answer: <see cref="Accepted"/> or <see cref="Refused"/>.</summary>
    /// <param name="By">Who asks, as pages are to show it.</param>
    public sealed record CancelStage(SessionId SessionId, string By) : IWithSessionId;

    public sealed record Accepted(SessionId SessionId);

    /// <param name="NotFound">There is no such session.</param>
    public sealed record Refused(SessionId SessionId, string Reason, bool NotFound = false);

    /// <summary>From a worker: it has nothing to do.</summary>
    public sealed record WorkWanted
    {
        public static readonly WorkWanted Instance = new();
    }

    /// <summary>From a session: its next stage can be worked on.</summary>
    /// <param name="Since">When its run was queued; the oldest comes first.</param>
    public sealed record StageDue(SessionId SessionId, DateTimeOffset Since);

    /// <summary>To a session: this worker is yours, for one stage. Answered to the worker with <see cref="StageJob"/>, or to the pipeline with <see cref="OfferDeclined"/>.</summary>
    public sealed record WorkerOffered(IActorRef Worker);

    public sealed record OfferDeclined(SessionId SessionId, IActorRef Worker);

    /// <summary>From a worker to the job's session, until it is answered with <see cref="StageNoted"/>.</summary>
    public sealed record StageEnded(SessionId SessionId, string Claim, StageEnd End) : IWithSessionId;

    /// <summary>The outcome is written down, or is of no use any more.</summary>
    public sealed record StageNoted(string Claim);

    /// <summary>From a worker, or about it: it works on that no more, and there is no outcome.</summary>
    public sealed record StageDropped(SessionId SessionId, string Claim) : IWithSessionId;

    /// <summary>From a worker: it holds the session's lease.</summary>
    /// <param name="HighestSequenceNr">How far the session's history has come.</param>
    public sealed record StageUnderWay(SessionId SessionId, string Claim, long HighestSequenceNr) : IWithSessionId;

    /// <summary>To a worker: every attempt at this session but <paramref name="Claim"/> is to be given up. Answered with <see cref="StageUnderWay"/> or <see cref="StageDropped"/>.</summary>
    /// <param name="Claim">Null: there is none.</param>
    public sealed record WorkOnly(SessionId SessionId, string? Claim);

    /// <summary>From a session that has read its history.</summary>
    /// <param name="Claim">The attempt that runs according to it.</param>
    public sealed record Recovered(SessionId SessionId, string? Claim);

    /// <summary>From a session: the database serves it.</summary>
    public sealed record Healthy(SessionId SessionId);
}

/// <summary>One attempt at one stage.</summary>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Claim">Names the attempt, and the lease that is held for it.</param>
public sealed record StageJob(PipelineStage Stage, int Run, int Attempt, string Claim, StageContext Context)
{
    public SessionId SessionId => Context.SessionId;
}
