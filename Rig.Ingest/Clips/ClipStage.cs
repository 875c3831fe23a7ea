using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Hosting.Files;

namespace Rig.Ingest.Clips;

/// <summary>
/// Reads <c>analysis/events.json</c> and <c>analysis/follow.json</c>; writes the clips with their stills and <c>clips.json</c> into
/// <c>clips/</c>, and the game's own still as <c>stitched/thumbnail.jpg</c>.
/// </summary>
internal sealed class ClipStage : IPipelineStage
{
    public PipelineStage Stage => PipelineStage.Clips;

    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var stitched = Path.Combine(context.SessionPath, "stitched");
        var geometry = PanoramaGeometry.Parse(await File.ReadAllBytesAsync(Path.Combine(stitched, "panorama.json"), cancellationToken));
        var events = await ReadAsync(context, "events.json", TrackingJson.Default.IReadOnlyListMatchEvent, cancellationToken);
        var follow = await ReadAsync(context, "follow.json", TrackingJson.Default.IReadOnlyListFollowKey, cancellationToken);
        var result = context.Results.GetValueOrDefault(PipelineStage.Stitched) ?? throw new StageFailedException("The session has no panorama. Retry it from its stitch stage.");
        var duration = (double?)result["duration_seconds"] ?? 0;
        var fps = (double?)result["output_fps"] ?? 0;
        if (duration <= 0 || fps <= 0)
        {
            throw new StageFailedException("The panorama's length and frame rate are unknown. Retry the session from its stitch stage.");
        }

        var plan = ClipPlan.Plan(events, duration);
        var renderer = new ClipRenderer(Path.Combine(stitched, "panorama.mp4"), geometry, follow, fps);
        var clips = Directory.CreateDirectory(Path.Combine(context.SessionPath, "clips")).FullName;
        foreach (var (index, clip) in plan.Index())
        {
            var message = $"Cutting {clip.Title} ({index + 1} of {plan.Count})";
            var within = new Progress(f => progress.Report(new StageProgress((index + f) / (plan.Count + 1), message)));
            await WholeAsync(Path.Combine(clips, clip.FileName), path => renderer.RenderAsync(clip.StartSeconds, clip.EndSeconds, path, within, cancellationToken));
            await WholeAsync(Path.Combine(clips, clip.ThumbnailFileName), path => renderer.StillAsync(Math.Min(clip.EventSeconds, duration - (2 / fps)), path, cancellationToken));
        }

        progress.Report(new StageProgress(plan.Count / (plan.Count + 1.0), "Taking the game's picture"));
        var moment = plan.FirstOrDefault(c => c.EventType == "goal")?.EventSeconds ?? duration * 0.4;
        await WholeAsync(Path.Combine(stitched, "thumbnail.jpg"), path => renderer.StillAsync(Math.Min(moment, duration - (2 / fps)), path, cancellationToken));
        await WholeAsync(
            Path.Combine(clips, "clips.json"),
            path => File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(plan, TrackingJson.Default.IReadOnlyListClipInfo), cancellationToken));
        return new JsonObject { ["clips"] = plan.Count };
    }

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        StageContext context, string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<IReadOnlyList<T>> type, CancellationToken cancellationToken)
    {
        var path = Path.Combine(context.SessionPath, "analysis", name);
        return File.Exists(path)
            ? JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, cancellationToken), type) ?? []
            : throw new StageFailedException($"analysis/{name} is missing. Retry the session from its events stage.");
    }

    /// <summary>A file appears under its name only when it is whole.</summary>
    private static async Task WholeAsync(string path, Func<string, Task> write)
    {
        var temporary = path + ".tmp";
        await write(temporary);
        DurableFile.Publish(temporary, path);
    }

    /// <summary>Reports at once, on the caller's thread, so that progress never runs backwards.</summary>
    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
