using System.Text.Json.Nodes;
using Rig.Domain.Messages;

namespace Rig.Actors.Pipeline;

/// <summary>Runs stages for its worker, one at a time and off the actor's own thread: they compute for minutes.</summary>
public abstract class StageActor : ReceiveActor
{
    private readonly Dictionary<PipelineStage, IPipelineStage> stages;

    protected StageActor(IReadOnlyList<IPipelineStage> stages)
    {
        this.stages = stages.ToDictionary(stage => stage.Stage);
        Receive<Run>(run => Task.Run(() => this.stages[run.Job.Stage].RunAsync(run.Job.Context, run.Progress, run.CancellationToken), CancellationToken.None).PipeTo(
            Sender,
            success: result => new Ended(run.Job.Claim, result, null),
            failure: cause => new Ended(run.Job.Claim, null, cause)));
    }

    /// <param name="CancellationToken">Cancelled when the attempt is given up.</param>
    public sealed record Run(StageJob Job, IProgress<StageProgress> Progress, CancellationToken CancellationToken);

    /// <param name="Cause">Null when it passed.</param>
    public sealed record Ended(string Claim, JsonObject? Result, Exception? Cause);
}

/// <summary>Makes one panorama of the cameras' pictures.</summary>
public sealed class StitchActor(IReadOnlyList<IPipelineStage> stages) : StageActor(stages)
{
    public static IReadOnlyList<PipelineStage> Stages { get; } = [PipelineStage.Aligned, PipelineStage.Stitched];
}

/// <summary>Finds players, ball and events in the panorama, and cuts clips of them.</summary>
public sealed class MlActor(IReadOnlyList<IPipelineStage> stages) : StageActor(stages)
{
    public static IReadOnlyList<PipelineStage> Stages { get; } = [PipelineStage.Detected, PipelineStage.Events, PipelineStage.Clips];
}

/// <summary>Hands the finished game to the viewer.</summary>
public sealed class PublishActor(IReadOnlyList<IPipelineStage> stages) : StageActor(stages);
