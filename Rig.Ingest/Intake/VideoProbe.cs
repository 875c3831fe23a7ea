using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Media;

namespace Rig.Ingest.Intake;

/// <summary>
/// Makes a manifest for a take that came without one, from what ffprobe reads in the file. A file that ffprobe cannot read keeps
/// zeros there; the pipeline then says so.
/// </summary>
internal static class VideoProbe
{
    /// <param name="now">Without a creation time in the file the recording is taken to have ended now.</param>
    public static async Task<Manifest> DescribeAsync(string path, TakeFacts facts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (width, height, fps, duration, codec, created) = Read(await ProbeAsync(path, cancellationToken));
        var id = new TakeId(facts.SessionId, facts.CameraId, facts.Take ?? 1);
        var start = created ?? now.AddSeconds(-duration);
        return new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), facts.SessionId.Value, facts.CameraId.Value, facts.CameraId.Position, id.Take),
            File = new ManifestFile($"{id}.mp4", facts.SizeBytes, "mp4", codec),
            Video = new ManifestVideo(
                new ManifestResolution(width, height), fps, duration > 0 ? Math.Round(facts.SizeBytes * 8 / duration / 1e6, 3) : 0, duration),
            Timing = new ManifestTiming(start, start.AddSeconds(duration), NtpSynced: false),
            Checksum = new ManifestChecksum("sha256", facts.Sha256),
        };
    }

    private static async Task<MediaFacts?> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await MediaProbe.ReadAsync(path, cancellationToken);
        }
        catch (MediaException)
        {
            return null;
        }
    }

    private static (int Width, int Height, int Fps, double Duration, string Codec, DateTimeOffset? Created) Read(MediaFacts? facts) =>
        facts?.Video is { } video
            ? (video.Width, video.Height, (int)Math.Round(video.FramesPerSecond), facts.DurationSeconds, video.Codec == "hevc" ? "h265" : "h264", facts.Created)
            : (0, 0, 0, 0, "h264", null);
}
