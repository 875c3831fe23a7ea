using System.Text.Json.Nodes;
using Rig.Domain.Identity;

namespace Rig.Domain.Messages;

/// <summary>A session's history in the journal, under <c>pipeline-SESSION</c>. Stored forever, so members are only ever added, and added ones are optional.</summary>
public static class PipelineEvents
{
    public interface IPipelineEvent : IRigMessage
    {
        SessionId SessionId { get; }

        /// <summary>1 for the first.</summary>
        int Run { get; }

        DateTimeOffset At { get; }
    }

    /// <summary>It was decided to work on the session, from its first stage, with these takes.</summary>
    /// <param name="DescribedAt">When the newest corrected manifest among the takes' had come; null when none was corrected.</param>
    public sealed record RunQueued(
        SessionId SessionId, int Run, QueueReason Reason, IReadOnlyList<TakeId> Takes, DateTimeOffset At, DateTimeOffset? DescribedAt = null) : IPipelineEvent;

    /// <summary>The stage is given to a worker. If that worker's server dies, the stage is started again from its beginning.</summary>
    /// <param name="Attempt">1 for the first.</param>
    /// <param name="Claim">Names this attempt and no other; what comes of it is told under this name.</param>
    public sealed record StageStarted(SessionId SessionId, int Run, PipelineStage Stage, int Attempt, string Claim, DateTimeOffset At) : IPipelineEvent;

    /// <param name="Result">The stage's figures; null in histories of the version before.</param>
    public sealed record StagePassed(SessionId SessionId, int Run, PipelineStage Stage, DateTimeOffset At, JsonObject? Result = null) : IPipelineEvent;

    /// <summary>The stage failed and is tried again by itself.</summary>
    public sealed record StageFailed(SessionId SessionId, int Run, PipelineStage Stage, string Error, DateTimeOffset RetryAt, DateTimeOffset At) : IPipelineEvent;

    /// <summary>The stage failed and waits for the operator.</summary>
    public sealed record StageStopped(SessionId SessionId, int Run, PipelineStage Stage, string Error, DateTimeOffset At) : IPipelineEvent;

    /// <summary>A person had the stage ended, whether it ran or waited; it waits for the operator.</summary>
    /// <param name="By">The person's name, or of the program that asked.</param>
    public sealed record StageCancelled(SessionId SessionId, int Run, PipelineStage Stage, string By, DateTimeOffset At) : IPipelineEvent;

    /// <summary>The operator wants the stopped stage tried again.</summary>
    public sealed record StageRetried(SessionId SessionId, int Run, PipelineStage Stage, DateTimeOffset At) : IPipelineEvent;

    /// <summary>
    /// How far the session was when its database came from a version that kept stages in a table of their own. Written by the
    /// database's migration 6, once for each session.
    /// </summary>
    public sealed record RunTakenOver(
        SessionId SessionId, int Run, QueueReason Reason, IReadOnlyList<TakeId> Takes, int Retries, IReadOnlyList<StageTakenOver> Stages, DateTimeOffset QueuedAt, DateTimeOffset At)
        : IPipelineEvent;

    /// <param name="Error">Why it waits for the operator; null unless it does.</param>
    public sealed record StageTakenOver(
        PipelineStage Stage, bool Passed, int Attempts, JsonObject? Result, string? Error, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);
}
