using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Rig.Domain.Messages;
using static Rig.Domain.Messages.PipelineEvents;

namespace Rig.Actors.Pipeline;

public enum StageStatus
{
    Queued = 1,
    Running = 2,
    Done = 3,

    /// <summary>It waits for the operator.</summary>
    Failed = 4,
}

/// <param name="Attempts">Since the run was queued or the operator had it tried again.</param>
/// <param name="Claim">While it runs: the name of the attempt.</param>
/// <param name="Error">Of the last attempt that failed, until the stage is done.</param>
/// <param name="RetryAt">When a queued stage may be started; null: at once.</param>
/// <param name="CancelledBy">Who had it ended; null unless it waits for the operator because of that.</param>
public sealed record StageState(
    PipelineStage Stage,
    StageStatus Status = StageStatus.Queued,
    int Attempts = 0,
    string? Claim = null,
    JsonObject? Result = null,
    string? Error = null,
    DateTimeOffset? RetryAt = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    string? CancelledBy = null);

/// <summary>The stages of one run, in their order: what its events made of them.</summary>
public static class SessionStages
{
    public static ImmutableArray<StageState> AllQueued { get; } = [.. Enum.GetValues<PipelineStage>().Select(stage => new StageState(stage))];

    /// <param name="change">An event of the run whose stages these are.</param>
    public static ImmutableArray<StageState> Apply(this ImmutableArray<StageState> stages, IPipelineEvent change) => change switch
    {
        StageStarted e => stages.With(e.Stage, stage => stage with
        {
            Status = StageStatus.Running,
            Attempts = e.Attempt,
            Claim = e.Claim,
            RetryAt = null,
            StartedAt = e.At,
            EndedAt = null,
        }),
        StagePassed e => stages.With(e.Stage, stage => new StageState(
            e.Stage, StageStatus.Done, stage.Attempts, Result: e.Result ?? stage.Result, StartedAt: stage.StartedAt ?? e.At, EndedAt: e.At)),
        StageFailed e => stages.With(e.Stage, stage => stage with
        {
            Status = StageStatus.Queued,
            Claim = null,
            Error = e.Error,
            RetryAt = e.RetryAt,
            EndedAt = e.At,
        }),
        StageStopped e => stages.With(e.Stage, stage => stage with { Status = StageStatus.Failed, Claim = null, Error = e.Error, EndedAt = e.At }),
        StageCancelled e => stages.With(e.Stage, stage => stage with
        {
            Status = StageStatus.Failed,
            Claim = null,
            Error = $"Cancelled by {e.By}.",
            RetryAt = null,
            EndedAt = e.At,
            CancelledBy = e.By,
        }),
        StageRetried e => stages.With(e.Stage, stage => stage with
        {
            Status = StageStatus.Queued,
            Attempts = 0,
            Error = stage.CancelledBy is null ? stage.Error : null,
            EndedAt = null,
            CancelledBy = null,
        }),
        _ => stages,
    };

    /// <param name="errorsToo">False where the history knows that the operator had the failed stage tried again since.</param>
    public static ImmutableArray<StageState> TakeOver(this ImmutableArray<StageState> stages, RunTakenOver old, bool errorsToo) =>
        old.Stages.Where(each => each.Passed || (each.Error is not null && errorsToo)).Aggregate(stages, (all, each) => all.With(each.Stage, _ => new StageState(
            each.Stage,
            each.Passed ? StageStatus.Done : StageStatus.Failed,
            each.Attempts,
            Result: each.Result,
            Error: each.Error,
            StartedAt: each.StartedAt,
            EndedAt: each.EndedAt)));

    private static ImmutableArray<StageState> With(this ImmutableArray<StageState> stages, PipelineStage stage, Func<StageState, StageState> change) =>
        (int)stage < stages.Length ? stages.SetItem((int)stage, change(stages[(int)stage])) : stages;
}
