using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Media;

namespace Rig.Ingest.Intake;

/// <summary>What ffprobe reads in a take's file, for what its sender did not say.</summary>
internal static class ProbedVideo
{
    /// <summary>From the file's head alone.</summary>
    /// <returns>Why no player can show the video, as a sentence; null when nothing is known to be wrong with it.</returns>
    public static async Task<string?> ProblemAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await MediaProbe.HasVideoAsync(path, cancellationToken) ? null : "There is no video in the file.";
        }
        catch (MediaUnavailableException)
        {
            return null;
        }
        catch (MediaException e)
        {
            return $"The video cannot be played: {e.Message.Replace(Path.GetFileName(path), "the file", StringComparison.Ordinal)}";
        }
    }

    /// <summary>
    /// A manifest for a take that came without one. What the file does not say stays zero, and all of it for a file that cannot be read;
    /// the pipeline then says so. Reads the whole of a file whose head does not say how long it is.
    /// </summary>
    /// <param name="now">Without a creation time in the file the recording is taken to have ended now.</param>
    /// <exception cref="IntakeException">ffprobe could not look at the file just now: what is unknown is not written down, and the sender comes again.</exception>
    public static async Task<Manifest> DescribeAsync(string path, TakeFacts take, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var facts = await ReadAsync(path, cancellationToken);
        var id = new TakeId(take.SessionId, take.CameraId, take.Take ?? 1);
        var duration = facts?.Video is null ? 0 : facts.DurationSeconds;
        var start = facts?.Created ?? now.AddSeconds(-duration);
        return new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), take.SessionId.Value, take.CameraId.Value, take.CameraId.Position, id.Take),
            File = new ManifestFile($"{id}.mp4", take.SizeBytes, "mp4", facts?.Video?.Codec == "hevc" ? "h265" : "h264"),
            Video = new ManifestVideo(
                new ManifestResolution(facts?.Video?.Width ?? 0, facts?.Video?.Height ?? 0),
                (int)Math.Round(facts?.Video?.FramesPerSecond ?? 0),
                duration > 0 ? Math.Round(take.SizeBytes * 8 / duration / 1e6, 3) : 0,
                duration),
            Timing = new ManifestTiming(start, start.AddSeconds(duration), NtpSynced: false),
            Checksum = new ManifestChecksum("sha256", take.Sha256),
        };
    }

    private static async Task<MediaFacts?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await MediaProbe.ReadAsync(path, cancellationToken);
        }
        catch (MediaUnavailableException)
        {
            throw new IntakeException(IntakeFault.Busy, "The server is too busy to look into this recording, which came without a whole manifest. Send it again in a minute.");
        }
        catch (MediaException)
        {
            return null;
        }
    }
}
