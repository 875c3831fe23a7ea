using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Hosting.Files;

namespace Rig.Ingest.Detect;

/// <summary>
/// Finds and follows people and ball: <c>stitched/panorama.mp4</c> and <c>panorama.json</c> in, <c>analysis/tracks.jsonl</c> out,
/// a <see cref="TrackedFrame"/> a line.
/// </summary>
internal sealed class DetectStage(IOptions<DetectOptions> options, ILogger<DetectStage> logger) : IPipelineStage
{
    private const int Samples = 25;
    private const int ProgressEveryFrames = 30;

    /// <summary>Pictures in which nobody at all was found, from which on that is no moment before kick-off: half a minute.</summary>
    private const double EmptySecondsMax = 30;
    private static readonly TimeSpan SampledSpan = TimeSpan.FromMinutes(5);

    public PipelineStage Stage => PipelineStage.Detected;

    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var stitched = Path.Combine(context.SessionPath, "stitched");
        var video = await PanoramaVideo.OpenAsync(Path.Combine(stitched, "panorama.mp4"), cancellationToken);
        var geometry = await ReadGeometryAsync(Path.Combine(stitched, "panorama.json"), video, cancellationToken);
        if (geometry.Pitch is null)
        {
            logger.LogWarning("The pitch is not registered: people are followed in pixels, without places in metres.");
        }

        progress.Report(new StageProgress(0, "Learning what the empty pitch looks like"));
        using var look = LearnedLook.Of(options.Value, clock, logger);
        var analyzer = new PanoramaAnalyzer(geometry, options.Value, await video.SampleAsync(Samples, SampledSpan, cancellationToken), look);

        var folder = Directory.CreateDirectory(Path.Combine(context.SessionPath, "analysis")).FullName;
        var (tracks, partial, whole) = (Path.Combine(folder, "tracks.jsonl"), Path.Combine(folder, "tracks.jsonl.people"), Path.Combine(folder, "tracks.jsonl.tmp"));
        var (frames, counts) = await FollowAsync(video, analyzer, partial, progress, cancellationToken);
        progress.Report(new StageProgress(0.98, "Finding the ball's path and the teams"));
        RefuseNobody(counts);
        var ballFrames = analyzer.Finish();
        await CompleteAsync(analyzer, partial, whole, cancellationToken);
        DurableFile.Publish(whole, tracks);
        File.Delete(partial);

        counts.Sort();
        var result = new JsonObject
        {
            ["detector"] = look is { Looks: > 0 } ? $"{DetectOptions.Background} and {look.Format}" : DetectOptions.Background,
            ["frames"] = frames,
            ["analysed_frames"] = counts.Count,
            ["players_median"] = counts.Count == 0 ? 0 : counts[counts.Count / 2],
            ["ball_frames"] = ballFrames,
            ["ms_per_frame"] = Math.Round(clock.Elapsed.TotalMilliseconds / Math.Max(1, frames), 2),
        };
        if (look is not null)
        {
            result["model"] = look.Report();
        }

        return result;
    }

    /// <summary>A panorama on which nobody is ever seen is of no match, or is not what the cameras showed.</summary>
    private void RefuseNobody(List<int> counts)
    {
        var seconds = counts.Count / (double)options.Value.Fps;
        if (seconds >= EmptySecondsMax && counts.TrueForAll(count => count == 0))
        {
            throw new StageFailedException(FormattableString.Invariant(
                $"Nobody is to be seen in {seconds:F0} seconds of the panorama, so this cannot be a match that was filmed properly. Look at stitched/panorama.mp4: if it shows the match, the place of the pitch is wrong (align again, with marked points); if not, check the cameras' recordings."));
        }
    }

    private static async Task<PanoramaGeometry> ReadGeometryAsync(string path, PanoramaVideo video, CancellationToken cancellationToken)
    {
        PanoramaGeometry geometry;
        try
        {
            geometry = PanoramaGeometry.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new StageFailedException($"stitched/panorama.json cannot be read ({e.Message}). Run the stitch stage again.", e);
        }

        return (geometry.Width, geometry.Height) == (video.Width, video.Height)
            ? geometry
            : throw new StageFailedException(
                $"stitched/panorama.json describes {geometry.Width}x{geometry.Height} pixels, the video has {video.Width}x{video.Height}. Run the stitch stage again.");
    }

    /// <summary>Writes people frame by frame; returns how many frames there were, and how many people in each analysed one.</summary>
    private static async Task<(int Frames, List<int> Counts)> FollowAsync(
        PanoramaVideo video, PanoramaAnalyzer analyzer, string path, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var counts = new List<int>();
        var frames = 0;
        await using var file = File.Create(path);
        await foreach (var (index, picture) in video.FramesAsync(cancellationToken))
        {
            if (index >= video.TimesMs.Count)
            {
                break;
            }

            frames++;
            if (analyzer.Add(video.TimesMs[index], picture) is { } tracked)
            {
                counts.Add(tracked.Players.Count);
                await WriteLineAsync(file, tracked, cancellationToken);
            }

            if (index % ProgressEveryFrames == 0)
            {
                progress.Report(new StageProgress(0.02 + (0.95 * index / video.TimesMs.Count), $"Following the players, frame {index} of {video.TimesMs.Count}"));
            }
        }

        return (frames, counts);
    }

    private static async Task CompleteAsync(PanoramaAnalyzer analyzer, string from, string to, CancellationToken cancellationToken)
    {
        await using var file = File.Create(to);
        await foreach (var line in File.ReadLinesAsync(from, cancellationToken))
        {
            await WriteLineAsync(file, analyzer.Complete(JsonSerializer.Deserialize(line, TrackingJson.Default.TrackedFrame)!), cancellationToken);
        }
    }

    private static async Task WriteLineAsync(FileStream file, TrackedFrame frame, CancellationToken cancellationToken)
    {
        await file.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(frame, TrackingJson.Default.TrackedFrame), cancellationToken);
        file.WriteByte((byte)'\n');
    }
}
