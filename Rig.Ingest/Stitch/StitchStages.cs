using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Hosting.Files;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Vision;

namespace Rig.Ingest.Stitch;

/// <summary>Where the two stages leave their results in a session's folder.</summary>
internal static class StitchFolder
{
    public static string Alignment(string sessionPath) => Path.Combine(sessionPath, "stitched", "alignment.json");

    public static string Panorama(string sessionPath) => Path.Combine(sessionPath, "stitched", "panorama.mp4");

    public static string Geometry(string sessionPath) => Path.Combine(sessionPath, "stitched", "panorama.json");

    /// <summary>Whole or not there at all.</summary>
    public static void Write(string path, byte[] bytes)
    {
        DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
        DurableFile.Write(path, bytes);
    }
}

/// <summary>Stage Aligned: writes <c>stitched/alignment.json</c> and <c>stitched/panorama.json</c>.</summary>
public sealed class AlignStage(IOptions<StitchOptions> options, ILogger<AlignStage> logger) : IPipelineStage
{
    public PipelineStage Stage => PipelineStage.Aligned;

    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        AlignmentFile alignment;
        PanoramaGeometry panorama;
        AlignmentFigures figures;
        IReadOnlyList<string> setAside, notes;
        try
        {
            (alignment, panorama, figures, setAside, notes) = await Task.Run(() => new SessionAligner(options.Value, logger).Align(context.Takes, progress, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is VisionException or InvalidDataException)
        {
            throw new StageFailedException(e.Message, e);
        }

        StitchFolder.Write(StitchFolder.Alignment(context.SessionPath), alignment.ToUtf8Json());
        StitchFolder.Write(StitchFolder.Geometry(context.SessionPath), panorama.ToUtf8Json());
        progress.Report(new StageProgress(1, "Aligned"));
        var sync = new JsonObject();
        foreach (var camera in alignment.Cameras)
        {
            sync[camera.CameraId] = camera.SyncCorrectionMs;
        }

        var result = new JsonObject
        {
            ["seam_error_px_median"] = alignment.SeamErrorPxMedian,
            ["seam_error_px_p95"] = alignment.SeamErrorPxP95,
            ["sync_correction_ms"] = sync,
            ["filled_share"] = figures.FilledShare,
            ["union_share"] = figures.UnionShare,
            ["field_of_view_degrees"] = figures.FieldOfViewDegrees,
            ["matches"] = alignment.Matches,
            ["held_out"] = alignment.HeldOut,
            ["lens_source"] = alignment.LensSource,
            ["pitch_error_px_median"] = panorama.Pitch?.ErrorPxMedian,
            ["pitch_method"] = panorama.Pitch?.Method,
            ["start_time"] = alignment.StartTime,
        };
        if (setAside.Count > 0)
        {
            result["set_aside"] = new JsonArray([.. setAside.Select(reason => JsonValue.Create(reason))]);
        }

        if (notes.Count > 0)
        {
            result["assumed"] = new JsonArray([.. notes.Select(note => JsonValue.Create(note))]);
        }

        return result;
    }
}

/// <summary>Stage Stitched: writes <c>stitched/panorama.mp4</c>.</summary>
public sealed class StitchStage(IOptions<StitchOptions> options, ILogger<StitchStage> logger) : IPipelineStage
{
    public PipelineStage Stage => PipelineStage.Stitched;

    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        AlignmentFile alignment;
        PanoramaGeometry panorama;
        try
        {
            alignment = AlignmentFile.Parse(await File.ReadAllBytesAsync(StitchFolder.Alignment(context.SessionPath), cancellationToken));
            panorama = PanoramaGeometry.Parse(await File.ReadAllBytesAsync(StitchFolder.Geometry(context.SessionPath), cancellationToken));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new StageFailedException("The session's alignment cannot be read; run the session's alignment again.", e);
        }

        // An alignment of an earlier version may stand here, which nobody has held against anything.
        _ = AlignmentCheck.OfGeometry([.. alignment.Cameras.Select(c => c.CameraId)], [.. alignment.Cameras.Select(c => c.Model())], panorama);
        var target = StitchFolder.Panorama(context.SessionPath);
        var unfinished = target + ".part";
        try
        {
            var figures = await new SessionStitcher(options.Value, logger).StitchAsync(context.Takes, alignment, panorama, unfinished, progress, cancellationToken);
            DurableFile.Publish(unfinished, target);
            progress.Report(new StageProgress(1, "Stitched"));
            return new JsonObject
            {
                ["width"] = figures.Width,
                ["height"] = figures.Height,
                ["frames"] = figures.Frames,
                ["fps"] = Math.Round(figures.FramesPerSecond, 2),
                ["duration_seconds"] = Math.Round(figures.DurationSeconds, 3),
                ["output_fps"] = Math.Round(figures.OutputFps, 3),
                ["start_time"] = alignment.StartTime,
            };
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new StageFailedException($"The panorama could not be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
