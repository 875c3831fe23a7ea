using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Domain.Publishing;
using Rig.Hosting.Files;
using Rig.Ingest.Renditions;

namespace Rig.Ingest.Clips;

/// <summary>
/// Makes everything that is watched. Reads <c>analysis/events.json</c> and <c>analysis/follow.json</c>; writes <c>renditions/</c>,
/// and cut out of these the clips with their stills, the reel and <c>clips.json</c> into <c>clips/</c>, and the game's own still as
/// <c>stitched/thumbnail.jpg</c>.
/// </summary>
internal sealed class ClipStage(RenditionMaker renditions) : IPipelineStage
{
    /// <summary>How much of the stage's time the renditions take.</summary>
    private const double RenditionShare = 0.85;

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
        var last = Math.Max(0, duration - (2 / fps));
        var moment = Math.Min(plan.FirstOrDefault(c => c.EventType == "goal")?.EventSeconds ?? duration * 0.4, last);
        var panorama = Path.Combine(stitched, "panorama.mp4");
        var made = await renditions.MakeAsync(
            new MatchToRender(context.SessionPath, panorama, geometry, follow, fps, duration, moment), new Part(progress, 0, RenditionShare), cancellationToken);

        var movie = Path.Combine(context.SessionPath, RenditionMaker.Folder, made.Ladders.First(ladder => ladder.Kind == RenditionLadder.Follow).Renditions[0].File);
        var cutter = new ClipCutter(movie, panorama);
        var clips = Directory.CreateDirectory(Path.Combine(context.SessionPath, "clips")).FullName;
        var rest = new Part(progress, RenditionShare, 1);
        foreach (var (index, clip) in plan.Index())
        {
            rest.Report(new StageProgress(index / (plan.Count + 1.0), $"Cutting {clip.Title} ({index + 1} of {plan.Count})"));
            await WholeAsync(Path.Combine(clips, clip.FileName), path => cutter.CutAsync(clip.StartSeconds, clip.EndSeconds, path, cancellationToken));
            await WholeAsync(Path.Combine(clips, clip.ThumbnailFileName), path => cutter.StillAsync(Math.Min(clip.EventSeconds, last), path, cancellationToken));
        }

        rest.Report(new StageProgress(plan.Count / (plan.Count + 1.0), "Making the reel and the game's picture"));
        var pieces = HighlightPlan.Plan(plan, duration);
        var reel = Path.Combine(clips, ReelRenderer.FileName);
        if (pieces.Count > 0)
        {
            await WholeAsync(reel, path => ReelRenderer.MakeAsync(pieces, movie, panorama, path, cancellationToken));
        }
        else
        {
            File.Delete(reel);
        }

        await WholeAsync(Path.Combine(stitched, "thumbnail.jpg"), path => cutter.StillAsync(moment, path, cancellationToken));
        await WholeAsync(
            Path.Combine(clips, "clips.json"),
            path => File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(plan, TrackingJson.Default.IReadOnlyListClipInfo), cancellationToken));
        return new JsonObject
        {
            ["clips"] = plan.Count,
            ["highlight_seconds"] = Math.Round(HighlightPlan.LengthSeconds(pieces), 1),
            ["renditions"] = new JsonArray([.. made.Ladders.SelectMany(ladder => ladder.Renditions).Select(Figures)]),
        };
    }

    private static JsonObject Figures(Rendition rendition) => new()
    {
        ["name"] = rendition.Name,
        ["codec"] = rendition.Codec,
        ["width"] = rendition.Width,
        ["height"] = rendition.Height,
        ["segments"] = rendition.Segments,
        ["bytes"] = rendition.SizeBytes,
    };

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(StageContext context, string name, JsonTypeInfo<IReadOnlyList<T>> type, CancellationToken cancellationToken)
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

    /// <summary>A part of the stage's progress; reports at once, on the caller's thread, so that it never runs backwards.</summary>
    private sealed class Part(IProgress<StageProgress> whole, double from, double to) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => whole.Report(value with { Fraction = from + (value.Fraction * (to - from)) });
    }
}
