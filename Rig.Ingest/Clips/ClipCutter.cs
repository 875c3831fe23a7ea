using Rig.Actors.Pipeline;
using Rig.Media;

namespace Rig.Ingest.Clips;

/// <summary>Cuts clips and stills out of the follow camera's rendition: what a clip shows is what the match shows.</summary>
/// <param name="moviePath">The follow camera's best rendition; has no sound.</param>
/// <param name="panoramaPath">Has the sound, if there is any.</param>
internal sealed class ClipCutter(string moviePath, string panoramaPath)
{
    public const int Width = 1280;
    public const int Height = 720;
    private const int StillWidth = 640;
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(1);

    /// <summary>An H.264 MP4 that a messenger takes.</summary>
    public Task CutAsync(double fromSeconds, double toSeconds, string path, CancellationToken cancellationToken)
    {
        MediaInput Stretch(string file) => new(file) { FromSeconds = fromSeconds, DurationSeconds = toSeconds - fromSeconds };
        return Transcode.ToFileAsync(
            [Stretch(moviePath), Stretch(panoramaPath)],
            ["-map", "0:v", "-map", "1:a?", "-vf", $"scale={Width}:{Height},setsar=1", .. Encoding],
            path, Timeout, cancellationToken);
    }

    public static IReadOnlyList<string> Encoding { get; } =
    [
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-f", "mp4",
    ];

    /// <summary>A JPEG, 640 pixels wide.</summary>
    public async Task StillAsync(double tSeconds, string path, CancellationToken cancellationToken)
    {
        await Transcode.ToFileAsync(
            new MediaInput(moviePath) { FromSeconds = tSeconds },
            ["-frames:v", "1", "-vf", $"scale={StillWidth}:-2:out_range=pc", "-q:v", "4", "-f", "image2", "-update", "1"], path, Timeout, cancellationToken);
        if (!File.Exists(path))
        {
            throw new StageFailedException(FormattableString.Invariant($"The match has no picture at {tSeconds:0.0} s. Retry the session from its stitch stage."));
        }
    }
}
