using System.Globalization;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Media;

namespace Rig.Ingest.Clips;

/// <summary>Renders stretches of a panorama as ordinary video that follows the play, and stills of it.</summary>
internal sealed class ClipRenderer(string panoramaPath, PanoramaGeometry geometry, IReadOnlyList<FollowKey> follow, double fps)
{
    private const int Width = 1280;
    private const int Height = 720;
    private const int ThumbnailWidth = 640;

    /// <summary>Writes an H.264 MP4 with the panorama's sound, if it has any.</summary>
    public async Task RenderAsync(double fromSeconds, double toSeconds, string path, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var frames = Math.Max(1, (int)Math.Round((toSeconds - fromSeconds) * fps));
        var stretch = new MediaInput(panoramaPath) { FromSeconds = fromSeconds, DurationSeconds = toSeconds - fromSeconds };
        await using var decoder = FrameReader.Start(stretch, "-fps_mode", "passthrough");
        await using var encoder = FrameWriter.Start(
            new RawVideo(Width, Height, fps), stretch,
            [
                "-map", "0:v", "-map", "1:a?", "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p",
                "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-c:a", "aac", "-b:a", "128k",
                "-movflags", "+faststart", "-f", "mp4",
            ],
            path);
        var camera = new VirtualCamera(geometry, Width, Height);
        var panorama = new byte[geometry.Width * geometry.Height * 3 / 2];
        var view = new byte[Width * Height * 3 / 2];
        for (var i = 0; await decoder.ReadAsync(panorama, cancellationToken); i++)
        {
            camera.Render(panorama, LookAt(fromSeconds + (i / fps)), view);
            await encoder.WriteAsync(view, cancellationToken);
            progress.Report(Math.Min(1, (i + 1.0) / frames));
        }

        await decoder.FinishAsync(cancellationToken);
        await encoder.FinishAsync(cancellationToken);
    }

    /// <summary>Writes a JPEG, 640 pixels wide, of what the follow camera shows at that instant.</summary>
    public async Task StillAsync(double tSeconds, string path, CancellationToken cancellationToken)
    {
        await using var decoder = FrameReader.Start(new MediaInput(panoramaPath) { FromSeconds = tSeconds }, "-frames:v", "1");
        var panorama = new byte[geometry.Width * geometry.Height * 3 / 2];
        var found = await decoder.ReadAsync(panorama, cancellationToken);
        await decoder.FinishAsync(cancellationToken);
        if (!found)
        {
            throw new StageFailedException(string.Create(CultureInfo.InvariantCulture, $"The panorama has no picture at {tSeconds:0.0} s. Retry the session from its stitch stage."));
        }

        var view = new byte[Width * Height * 3 / 2];
        new VirtualCamera(geometry, Width, Height).Render(panorama, LookAt(tSeconds), view);
        await Still.WriteJpegAsync(view, Width, Height, ThumbnailWidth, path, cancellationToken);
    }

    private FollowKey LookAt(double tSeconds) => Framing.Keep(ClipPlan.LookAt(follow, tSeconds), geometry, (double)Width / Height);
}
