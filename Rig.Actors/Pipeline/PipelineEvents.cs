using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Wire;

namespace Rig.Actors.Pipeline;

/// <summary>A session's history in the journal, under <c>pipeline-SESSION</c>. Stored for ever, so members are only ever added.</summary>
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
    public sealed record RunQueued(SessionId SessionId, int Run, QueueReason Reason, IReadOnlyList<RecordingId> Takes, DateTimeOffset At) : IPipelineEvent;

    public sealed record StagePassed(SessionId SessionId, int Run, PipelineStage Stage, DateTimeOffset At) : IPipelineEvent;

    /// <summary>The stage failed and waits for the operator.</summary>
    public sealed record StageStopped(SessionId SessionId, int Run, PipelineStage Stage, string Error, DateTimeOffset At) : IPipelineEvent;

    /// <summary>The operator wants the stopped stage tried again.</summary>
    public sealed record StageRetried(SessionId SessionId, int Run, PipelineStage Stage, DateTimeOffset At) : IPipelineEvent;
}
