using Rig.Actors.Sessions;
using static Rig.Actors.Pipeline.PipelineEvents;

namespace Rig.Actors.Pipeline;

/// <summary>What the operator asks of a session.</summary>
public enum PipelineCommand
{
    Process = 1,
    Retry = 2,
}

/// <param name="Events">To be written down before anything else happens.</param>
/// <param name="Refusals">For each command in its order why it is refused; null where it is accepted.</param>
/// <param name="LookAgainIn">When more may be known, without anyone telling; null if that cannot be.</param>
public sealed record PipelineDecision(IReadOnlyList<IPipelineEvent> Events, IReadOnlyList<string?> Refusals, TimeSpan? LookAgainIn);

/// <summary>What the work queue must be told so that it agrees with the history.</summary>
public enum PipelineEffect
{
    None = 0,
    Queue = 1,
    Retry = 2,
    Settle = 3,
}

/// <summary>
/// Where one session is on its way from received to pushed: what its events made of it. Decides and applies; knows no clock and
/// no database. The history comes first and the work queue follows it, so that a server killed in between goes on.
/// </summary>
/// <param name="Run">0 before the first.</param>
/// <param name="Passed">The last stage that this run passed.</param>
/// <param name="Stopped">The stage that waits for the operator.</param>
/// <param name="Retries">How often the operator had a stage of this run tried again.</param>
public sealed record SessionPipelineState(
    SessionId SessionId, int Run = 0, QueueReason? Reason = null, PipelineStage? Passed = null, PipelineStage? Stopped = null, int Retries = 0)
{
    private bool IsAtItsEnd => Stopped is not null || Passed == PipelineStage.Pushed;

    public SessionPipelineState Apply(IPipelineEvent @event) => @event switch
    {
        RunQueued queued => new SessionPipelineState(SessionId, queued.Run, queued.Reason),
        StagePassed passed when passed.Run == Run => this with { Passed = passed.Stage, Stopped = null },
        StageStopped stopped when stopped.Run == Run => this with { Stopped = stopped.Stage },
        StageRetried retried when retried.Run == Run => this with { Stopped = null, Retries = Retries + 1 },
        _ => this,
    };

    /// <param name="work">What the queue says now.</param>
    /// <param name="commands">What the operator asked since the last decision.</param>
    /// <param name="rig">The cameras to expect where no manifest says which were asked to record.</param>
    public PipelineDecision Decide(SessionWork work, IReadOnlyList<PipelineCommand> commands, IReadOnlyList<CameraId> rig, TimeSpan quietPeriod, DateTimeOffset now)
    {
        var events = new List<IPipelineEvent>();
        var state = this;
        foreach (var seen in Seen(work, now))
        {
            Add(seen);
        }

        var refusals = new List<string?>();
        foreach (var command in commands)
        {
            refusals.Add(null);
            if (command == PipelineCommand.Process)
            {
                Add(state.NextRun(work, QueueReason.Operator, now));
            }
            else if (state.Stopped is { } stopped)
            {
                Add(new StageRetried(SessionId, state.Run, stopped, now));
            }
            else
            {
                refusals[^1] = "No stage of this session has failed.";
            }
        }

        TimeSpan? lookAgainIn = null;
        // While the queue lags behind the history its dates say nothing about takes.
        if (!state.IsAheadOf(work))
        {
            var readiness = SessionReadiness.Decide(work.Takes, rig, quietPeriod, now);
            lookAgainIn = readiness.Kind == ReadinessKind.Collecting ? readiness.LookAgainIn : null;
            if (readiness.Kind is ReadinessKind.Complete or ReadinessKind.Quiet)
            {
                Add(state.NextRun(work, readiness.Kind == ReadinessKind.Complete ? QueueReason.Complete : QueueReason.Quiet, now));
            }
        }

        return new PipelineDecision(events, refusals, lookAgainIn);

        void Add(IPipelineEvent @event)
        {
            events.Add(@event);
            state = state.Apply(@event);
        }
    }

    /// <summary>The same for the same state and queue, however often it is asked: what was not done before a kill is done after it.</summary>
    public PipelineEffect EffectOn(SessionWork work) =>
        work.Run < Run ? PipelineEffect.Queue
        : work.Run > Run ? PipelineEffect.None
        : work.Retries < Retries ? PipelineEffect.Retry
        : IsAtItsEnd && !work.Settled ? PipelineEffect.Settle
        : PipelineEffect.None;

    private bool IsAheadOf(SessionWork work) => work.Run < Run || (work.Run == Run && work.Retries < Retries);

    /// <summary>What the queue knows and the history does not: the outcome of stages, and runs from before there was a history.</summary>
    private IEnumerable<IPipelineEvent> Seen(SessionWork work, DateTimeOffset now)
    {
        if (IsAheadOf(work))
        {
            yield break;
        }

        var passed = Passed;
        if (work.Run > Run)
        {
            passed = null;
            var queuedAt = work.Takes.QueuedAt ?? now;
            yield return new RunQueued(SessionId, work.Run, work.Reason ?? QueueReason.Operator, TakesUntil(work, queuedAt), queuedAt);
        }

        foreach (var row in work.Stages)
        {
            if (row.IsDone && (passed is null || row.Stage > passed))
            {
                yield return new StagePassed(SessionId, work.Run, row.Stage, row.EndedAt ?? now);
            }
            else if (row.Error is { } error && (work.Run > Run || Stopped != row.Stage))
            {
                yield return new StageStopped(SessionId, work.Run, row.Stage, error, row.EndedAt ?? now);
            }
        }
    }

    private RunQueued NextRun(SessionWork work, QueueReason reason, DateTimeOffset now) => new(SessionId, Run + 1, reason, TakesUntil(work, DateTimeOffset.MaxValue), now);

    private static List<Recording.RecordingId> TakesUntil(SessionWork work, DateTimeOffset instant) =>
        [.. work.Takes.Takes.Where(take => take.ReceivedAt <= instant).Select(take => take.Id)];
}
