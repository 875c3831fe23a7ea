using System.Globalization;
using Rig.Media;

namespace Rig.Ingest.Stitch.Video;

/// <param name="OffsetSeconds">What to add to the sound's time stamps to lie on the panorama's; what comes before 0 is not heard.</param>
internal sealed record SoundTrack(string Path, double OffsetSeconds);

/// <summary>How the panorama is encoded.</summary>
internal static class PanoramaEncoder
{
    /// <param name="path">Ends in .mp4; overwritten.</param>
    public static FrameWriter Start(string path, int width, int height, double framesPerSecond, double durationSeconds, StitchOptions options, SoundTrack? sound)
    {
        List<string> arguments = [];
        if (sound is not null)
        {
            arguments.AddRange(["-map", "0:v:0", "-map", "1:a:0", "-af", $"asetpts=PTS+({Number(sound.OffsetSeconds)})/TB,atrim=start=0,aresample=async=1:first_pts=0", "-c:a", "aac", "-t", Number(durationSeconds)]);
        }

        arguments.AddRange(
        [
            "-c:v", options.Codec == "h265" ? "libx265" : "libx264", "-preset", options.EncoderPreset, "-crf", options.Crf.ToString(CultureInfo.InvariantCulture),
            "-pix_fmt", "yuv420p", "-g", Number(Math.Max(1, Math.Round(framesPerSecond))),
            "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
            .. options.Codec == "h265" ? ["-tag:v", "hvc1"] : Array.Empty<string>(),
            "-movflags", "+faststart", "-f", "mp4",
        ]);
        var second = sound is null ? null : new MediaInput(sound.Path) { Options = ["-copyts"] };
        return FrameWriter.Start(new RawVideo(width, height, framesPerSecond), second, arguments, path);
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
