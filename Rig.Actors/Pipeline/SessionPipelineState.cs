using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Actors.Pipeline;

/// <summary>What the operator asks of a session.</summary>
public abstract record PipelineCommand
{
    private PipelineCommand()
    {
    }

    public static PipelineCommand Process { get; } = new ProcessCommand();

    public static PipelineCommand Retry { get; } = new RetryCommand();

    /// <param name="By">Who asks, as pages are to show it.</param>
    public sealed record Cancel(string By) : PipelineCommand;

    private sealed record ProcessCommand : PipelineCommand;

    private sealed record RetryCommand : PipelineCommand;
}

/// <param name="Events">To be written down before anything else happens.</param>
/// <param name="Refusals">For each command in its order why it is refused; null where it is accepted.</param>
/// <param name="LookAgainIn">When more may be known, without anyone telling; null if that cannot be.</param>
public sealed record PipelineDecision(IReadOnlyList<IPipelineEvent> Events, IReadOnlyList<string?> Refusals, TimeSpan? LookAgainIn);

/// <summary>
/// Where one session is on its way from received to published: what its events made of it, and nothing else. Decides and applies;
/// knows no clock and no database.
/// </summary>
public sealed record SessionPipelineState(SessionId SessionId)
{
    /// <summary>Attempts at one stage, beyond those that may fail, that ended without a word, before it is taken for one that kills its server.</summary>
    private const int MaxSilentEnds = 5;

    /// <summary>0 before the first.</summary>
    public int Run { get; private init; }

    public QueueReason? Reason { get; private init; }

    public DateTimeOffset? QueuedAt { get; private init; }

    /// <summary>The takes that the run was queued with.</summary>
    public ImmutableArray<TakeId> Takes { get; private init; } = [];

    /// <summary>When the newest corrected manifest that the run knows had come; null when none was corrected.</summary>
    public DateTimeOffset? DescribedAt { get; private init; }

    /// <summary>How often the operator had a stage of this run tried again.</summary>
    public int Retries { get; private init; }

    /// <summary>Of this run, in their order; empty before the first.</summary>
    public ImmutableArray<StageState> Stages { get; private init; } = [];

    /// <summary>The first stage that is not done; null before the first run and after the last stage.</summary>
    public StageState? Next => Stages.FirstOrDefault(stage => stage.Status != StageStatus.Done);

    /// <summary>Nothing happens any more until a take comes or the operator acts.</summary>
    public bool IsAtItsEnd => Run > 0 && Next is null or { Status: StageStatus.Failed };

    /// <summary>What the stages that are done returned.</summary>
    public IReadOnlyDictionary<PipelineStage, JsonObject> Results =>
        Stages.Where(stage => stage is { Status: StageStatus.Done, Result: not null }).ToDictionary(stage => stage.Stage, stage => stage.Result!);

    public SessionPipelineState Apply(IPipelineEvent change) => change switch
    {
        RunQueued queued => new SessionPipelineState(SessionId)
        {
            Run = queued.Run,
            Reason = queued.Reason,
            QueuedAt = queued.At,
            Takes = [.. queued.Takes],
            DescribedAt = queued.DescribedAt,
            Stages = SessionStages.AllQueued,
        },
        RunTakenOver old => TakeOver(old),
        _ when change.Run != Run => this,
        StageRetried => this with { Retries = Retries + 1, Stages = Stages.Apply(change) },
        _ => this with { Stages = Stages.Apply(change) },
    };

    /// <param name="takes">What the server holds now, at least one.</param>
    /// <param name="commands">What the operator asked since the last decision.</param>
    /// <param name="rig">The cameras to expect where no manifest says which were asked to record.</param>
    public PipelineDecision Decide(
        IReadOnlyList<CollectedTake> takes, IReadOnlyList<PipelineCommand> commands, IReadOnlyList<CameraId> rig, TimeSpan quietPeriod, DateTimeOffset now)
    {
        var events = new List<IPipelineEvent>();
        var state = this;
        var refusals = new List<string?>();
        foreach (var command in commands)
        {
            refusals.Add(null);
            if (command == PipelineCommand.Process)
            {
                Add(state.NextRun(takes, QueueReason.Operator, now));
            }
            else if (command is PipelineCommand.Cancel cancel)
            {
                if (state.Next is { Stage: >= PipelineStage.Aligned, Status: StageStatus.Queued or StageStatus.Running } open)
                {
                    Add(new StageCancelled(SessionId, state.Run, open.Stage, cancel.By, now));
                }
                else
                {
                    refusals[^1] = "No stage of this session runs or waits to run.";
                }
            }
            else if (state.Next is { Status: StageStatus.Failed } failed)
            {
                Add(new StageRetried(SessionId, state.Run, failed.Stage, now));
            }
            else
            {
                refusals[^1] = "No stage of this session has failed.";
            }
        }

        var readiness = SessionReadiness.Decide(new SessionTakes(SessionId, takes, state.Takes, state.DescribedAt), rig, quietPeriod, now);
        if (readiness.Kind is ReadinessKind.Complete or ReadinessKind.Quiet)
        {
            Add(state.NextRun(takes, readiness.Kind == ReadinessKind.Complete ? QueueReason.Complete : QueueReason.Quiet, now));
        }

        // The two stages that are no work: to be queued is to have passed them.
        if (state.Next is { Stage: PipelineStage.Received })
        {
            Add(new StagePassed(SessionId, state.Run, PipelineStage.Received, takes.Max(take => take.ReceivedAt), Received(takes)));
        }

        if (state.Next is { Stage: PipelineStage.Verified })
        {
            Add(new StagePassed(SessionId, state.Run, PipelineStage.Verified, takes.Max(take => take.ReceivedAt), Verified(takes)));
        }

        return new PipelineDecision(events, refusals, readiness.Kind == ReadinessKind.Collecting ? readiness.LookAgainIn : null);

        void Add(IPipelineEvent @event)
        {
            events.Add(@event);
            state = state.Apply(@event);
        }
    }

    /// <summary>The next stage is to be given to a worker; nobody works on it any more.</summary>
    /// <returns><see cref="StageStarted"/>, or <see cref="StageStopped"/> for a stage that ended its server too often.</returns>
    public IPipelineEvent Start(string claim, int maxAttempts, DateTimeOffset now)
    {
        var next = Next!;
        return next.Attempts < maxAttempts + MaxSilentEnds
            ? new StageStarted(SessionId, Run, next.Stage, next.Attempts + 1, claim, now)
            : new StageStopped(SessionId, Run, next.Stage, "The server ended again and again while it worked on this stage. See its log, then press Retry.", now);
    }

    /// <returns>Null when the attempt is none that runs: it was given up, or its run was.</returns>
    public IPipelineEvent? Ended(string claim, StageEnd end, DateTimeOffset now) =>
        Next is not { Status: StageStatus.Running } running || running.Claim != claim ? null
        : end.Failure is not { } failure ? new StagePassed(SessionId, Run, running.Stage, now, end.Result)
        : failure.RetryAfter is { } wait ? new StageFailed(SessionId, Run, running.Stage, failure.Error, now + wait, now)
        : new StageStopped(SessionId, Run, running.Stage, failure.Error, now);

    private RunQueued NextRun(IReadOnlyList<CollectedTake> takes, QueueReason reason, DateTimeOffset now) =>
        new(SessionId, Run + 1, reason, [.. takes.Select(take => take.Id)], now, takes.Max(take => take.DescribedAt));

    /// <summary>The history may be ahead of what the older version's table knew, never behind it in anything but results.</summary>
    private SessionPipelineState TakeOver(RunTakenOver old)
    {
        if (old.Run < Run)
        {
            return this;
        }

        var known = old.Run == Run ? this : new SessionPipelineState(SessionId) { Stages = SessionStages.AllQueued };
        return known with
        {
            Run = old.Run,
            Reason = old.Reason,
            QueuedAt = old.QueuedAt,
            Takes = [.. known.Takes.Union(old.Takes)],
            Retries = Math.Max(known.Retries, old.Retries),
            Stages = known.Stages.TakeOver(old, errorsToo: old.Retries >= known.Retries),
        };
    }

    private static JsonObject Received(IReadOnlyList<CollectedTake> takes) => new() { ["takes"] = takes.Count, ["bytes"] = takes.Sum(take => take.SizeBytes) };

    private static JsonObject Verified(IReadOnlyList<CollectedTake> takes)
    {
        var result = new JsonObject { ["takes"] = takes.Count(take => !take.IsDamaged), ["algorithm"] = "sha256" };
        if (takes.Where(take => take.Problem is not null).Select(take => JsonValue.Create($"{take.Id}: {take.Problem}")).ToArray() is { Length: > 0 } problems)
        {
            result["problems"] = new JsonArray(problems);
        }

        return result;
    }
}

/// <summary>What came of an attempt at a stage.</summary>
/// <param name="Result">Null when it failed.</param>
/// <param name="Failure">Null when it passed.</param>
public sealed record StageEnd(JsonObject? Result, StageOutcome? Failure);
