using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;

namespace Rig.Tests.Ingest;

/// <summary>The stages that come before the publish stage, as the test wants them. Leaves what the real ones would leave, tiny.</summary>
internal sealed class ScriptedStages
{
    public static readonly PipelineStage[] All = [PipelineStage.Aligned, PipelineStage.Stitched, PipelineStage.Detected, PipelineStage.Events, PipelineStage.Clips];

    /// <summary>What ran, in order.</summary>
    public ConcurrentQueue<PipelineStage> Ran { get; } = new();

    /// <summary>Called in each stage; may throw or wait.</summary>
    public Func<PipelineStage, StageContext, CancellationToken, Task> OnRun { get; set; } = (_, _, _) => Task.CompletedTask;

    public static void Register(WebApplicationBuilder builder) => new ScriptedStages().AddTo(builder);

    public void AddTo(WebApplicationBuilder builder)
    {
        foreach (var stage in All)
        {
            builder.Services.AddSingleton<IPipelineStage>(new ScriptedStage(stage, this));
        }
    }

    /// <summary>Files of a finished session, small and valid.</summary>
    public static void WriteResults(string sessionPath)
    {
        Directory.CreateDirectory(Path.Combine(sessionPath, "stitched"));
        Directory.CreateDirectory(Path.Combine(sessionPath, "analysis"));
        Directory.CreateDirectory(Path.Combine(sessionPath, "clips"));
        File.WriteAllBytes(Path.Combine(sessionPath, "stitched", "panorama.mp4"), SampleTake.Mp4(payloadBytes: 300_000, seed: 7));
        File.WriteAllBytes(
            Path.Combine(sessionPath, "stitched", "panorama.json"),
            new PanoramaGeometry { Width = 2880, Height = 540, FocalPx = 1100, CenterColumn = 1440, HorizonRow = 120 }.ToUtf8Json());
        File.WriteAllText(Path.Combine(sessionPath, "analysis", "events.json"), """[{"type":"goal","timestamp_seconds":1.5,"confidence":0.9}]""");
        File.WriteAllText(Path.Combine(sessionPath, "analysis", "follow.json"), """[{"t_seconds":0,"yaw_deg":-10,"pitch_deg":4,"fov_deg":50}]""");
        File.WriteAllText(
            Path.Combine(sessionPath, "clips", "clips.json"),
            """[{"file_name":"goal-0001.mp4","thumbnail_file_name":"goal-0001.jpg","title":"Goal","event_type":"goal","start_seconds":0,"end_seconds":2,"event_seconds":1.5}]""");
        File.WriteAllBytes(Path.Combine(sessionPath, "clips", "goal-0001.mp4"), SampleTake.Mp4(payloadBytes: 50_000, seed: 8));
        File.WriteAllBytes(Path.Combine(sessionPath, "clips", "goal-0001.jpg"), [0xFF, 0xD8, 0xFF, 0xD9]);
        File.WriteAllBytes(Path.Combine(sessionPath, "stitched", "thumbnail.jpg"), [0xFF, 0xD8, 0xFF, 0xD9, 1]);
    }

    private sealed class ScriptedStage(PipelineStage stage, ScriptedStages script) : IPipelineStage
    {
        public PipelineStage Stage => stage;

        public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
        {
            progress.Report(new StageProgress(0.5, $"Scripted {stage}"));
            await script.OnRun(stage, context, cancellationToken);
            script.Ran.Enqueue(stage);
            if (stage == PipelineStage.Clips)
            {
                WriteResults(context.SessionPath);
            }

            return new JsonObject { ["scripted"] = stage.ToString(), ["seen_takes"] = context.Takes.Count, ["seen_results"] = context.Results.Count };
        }
    }
}
