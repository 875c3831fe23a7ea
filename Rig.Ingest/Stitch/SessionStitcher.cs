using System.Diagnostics;
using System.Globalization;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Video;

namespace Rig.Ingest.Stitch;

internal sealed record StitchFigures(int Width, int Height, long Frames, double FramesPerSecond, double DurationSeconds, double OutputFps);

/// <summary>Draws a session's panorama frame by frame: decode, one table lookup a sample, encode; each in its own threads.</summary>
internal sealed class SessionStitcher(StitchOptions options, ILogger logger)
{
    public async Task<StitchFigures> StitchAsync(
        IReadOnlyList<TakeFile> takes,
        AlignmentFile alignment,
        PanoramaGeometry geometry,
        string outputPath,
        IProgress<StageProgress> progress,
        CancellationToken cancellationToken)
    {
        var timelines = CameraTimeline.Read(takes, alignment.StartTime).Cameras;
        var cameras = timelines.Select(t => alignment.Cameras.FirstOrDefault(c => c.CameraId == t.Camera.Value)
            ?? throw new StageFailedException($"The alignment does not know {t.Camera}; run the session's alignment again.")).ToArray();
        var corrections = cameras.Select(c => c.SyncCorrectionMs / 1000).ToArray();
        var lead = timelines[timelines.Count / 2];
        var fps = lead.FramesPerSecond;
        var duration = timelines.Select((t, i) => t.EndSeconds + corrections[i]).Max();
        var count = Math.Max(1, (long)Math.Round(duration * fps));
        var renderer = new PanoramaRenderer(geometry, [.. cameras.Select(c => c.Model())], [.. cameras.Select(c => c.Exposure)], options.Threads);
        var feeds = timelines.Select((t, i) => new CameraFeed(t, corrections[i], cancellationToken)).ToArray();
        var watch = Stopwatch.StartNew();
        try
        {
            await using var encoder = PanoramaEncoder.Start(outputPath, geometry.Width, geometry.Height, fps, duration, options, Sound(timelines, corrections));
            // Two buffers: one is written to the encoder while the next frame is drawn into the other.
            byte[][] buffers = [new byte[renderer.FrameBytes], new byte[renderer.FrameBytes]];
            var writing = Task.CompletedTask;
            var frames = new VideoFrame?[feeds.Length];
            for (long i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var c = 0; c < feeds.Length; c++)
                {
                    frames[c] = await feeds[c].AtAsync(i / fps, cancellationToken);
                }

                var buffer = buffers[i & 1];
                renderer.Draw(frames, buffer);
                await writing;
                writing = encoder.WriteAsync(buffer, cancellationToken);
                if (i % 25 == 0)
                {
                    progress.Report(new StageProgress((double)i / count, string.Create(CultureInfo.InvariantCulture, $"Stitching, {i / Math.Max(0.001, watch.Elapsed.TotalSeconds):F1} frames per second")));
                }
            }

            await writing;
            await encoder.FinishAsync(cancellationToken);
        }
        finally
        {
            foreach (var feed in feeds)
            {
                await feed.DisposeAsync();
            }
        }

        var speed = count / watch.Elapsed.TotalSeconds;
        logger.LogInformation("Stitched {Frames} frames at {Speed:F1} per second", count, speed);
        return new StitchFigures(geometry.Width, geometry.Height, count, speed, count / fps, fps);
    }

    /// <summary>The middle camera's sound, else any camera's; only of a recording in one piece, whose times are the file's own.</summary>
    private static SoundTrack? Sound(IReadOnlyList<CameraTimeline> timelines, double[] corrections)
    {
        var middle = timelines.Count / 2;
        var index = Enumerable.Range(0, timelines.Count).OrderBy(i => Math.Abs(i - middle)).Cast<int?>()
            .FirstOrDefault(i => timelines[i!.Value].HasAudio && timelines[i.Value].Pieces.Count == 1);
        return index is { } i ? new SoundTrack(timelines[i].Pieces[0].Path, timelines[i].StartSeconds + corrections[i] - timelines[i].Pieces[0].FirstSeconds) : null;
    }
}
