using System.Globalization;
using Rig.Actors.Pipeline;
using Rig.Ingest.Media;

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
        await using var decoder = FfmpegProcess.Start(
        [
            "-ss", Text(fromSeconds), "-i", panoramaPath, "-t", Text(toSeconds - fromSeconds), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1",
        ]);
        decoder.CloseInput();
        await using var encoder = FfmpegProcess.Start(
        [
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Width}x{Height}", "-r", Text(fps), "-i", "pipe:0",
            "-ss", Text(fromSeconds), "-t", Text(toSeconds - fromSeconds), "-i", panoramaPath,
            "-map", "0:v", "-map", "1:a?", "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-c:a", "aac", "-b:a", "128k",
            "-movflags", "+faststart", "-f", "mp4", "-y", path,
        ]);
        var camera = new VirtualCamera(geometry, Width, Height);
        var panorama = new byte[geometry.Width * geometry.Height * 3 / 2];
        var view = new byte[Width * Height * 3 / 2];
        for (var i = 0; await ReadFrameAsync(decoder.Output, panorama, cancellationToken); i++)
        {
            camera.Render(panorama, LookAt(fromSeconds + (i / fps)), view);
            await encoder.Input.WriteAsync(view, cancellationToken);
            progress.Report(Math.Min(1, (i + 1.0) / frames));
        }

        await decoder.FinishAsync(cancellationToken);
        await encoder.FinishAsync(cancellationToken);
    }

    /// <summary>Writes a JPEG, 640 pixels wide, of what the follow camera shows at that instant.</summary>
    public async Task StillAsync(double tSeconds, string path, CancellationToken cancellationToken)
    {
        await using var decoder = FfmpegProcess.Start(["-ss", Text(tSeconds), "-i", panoramaPath, "-frames:v", "1", "-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"]);
        decoder.CloseInput();
        var panorama = new byte[geometry.Width * geometry.Height * 3 / 2];
        if (!await ReadFrameAsync(decoder.Output, panorama, cancellationToken))
        {
            throw new StageFailedException(string.Create(CultureInfo.InvariantCulture, $"The panorama has no picture at {tSeconds:0.0} s. Retry the session from its stitch stage."));
        }

        await decoder.FinishAsync(cancellationToken);
        var view = new byte[Width * Height * 3 / 2];
        new VirtualCamera(geometry, Width, Height).Render(panorama, LookAt(tSeconds), view);
        await using var encoder = FfmpegProcess.Start(
        [
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Width}x{Height}", "-i", "pipe:0",
            "-vf", $"scale={ThumbnailWidth}:-2:in_range=tv:out_range=pc", "-frames:v", "1", "-q:v", "4", "-f", "image2", "-update", "1", "-y", path,
        ]);
        await encoder.Input.WriteAsync(view, cancellationToken);
        await encoder.FinishAsync(cancellationToken);
    }

    private FollowKey LookAt(double tSeconds) => Framing.Keep(ClipPlan.LookAt(follow, tSeconds), geometry, (double)Width / Height);

    private static async Task<bool> ReadFrameAsync(Stream stream, byte[] frame, CancellationToken cancellationToken) =>
        await stream.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellationToken) == frame.Length;

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
