using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Media;

namespace Rig.Ingest.Intake;

/// <summary>What ffprobe reads in a take's file, for what its sender did not say.</summary>
internal sealed class ProbedVideo
{
    private readonly MediaFacts? facts;
    private readonly bool isUnknown;

    private ProbedVideo(MediaFacts? facts, string? problem, bool isUnknown = false) => (this.facts, Problem, this.isUnknown) = (facts, problem, isUnknown);

    /// <summary>Why no player can show the video, as a sentence; null when nothing is known to be wrong with it.</summary>
    public string? Problem { get; }

    /// <summary>Zeros for a file that cannot be read.</summary>
    /// <exception cref="IntakeException">ffprobe could not look at the file just now: what is unknown is not written down, and the sender comes again.</exception>
    public MediaFacts? Facts => !isUnknown
        ? facts
        : throw new IntakeException(IntakeFault.Busy, "The server is too busy to look into this recording, which came without a whole manifest. Send it again in a minute.");

    public static async Task<ProbedVideo> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await MediaProbe.ReadAsync(path, cancellationToken);
            return new ProbedVideo(facts, facts.Video is null ? "There is no video in the file." : null);
        }
        catch (MediaUnavailableException)
        {
            return new ProbedVideo(null, null, isUnknown: true);
        }
        catch (MediaException e)
        {
            return new ProbedVideo(null, $"The video cannot be played: {e.Message.Replace(Path.GetFileName(path), "the file", StringComparison.Ordinal)}");
        }
    }

    /// <summary>A manifest for a take that came without one. What the file does not say stays zero; the pipeline then says so.</summary>
    /// <param name="now">Without a creation time in the file the recording is taken to have ended now.</param>
    /// <exception cref="IntakeException"><inheritdoc cref="Facts" path="/exception"/></exception>
    public Manifest Describe(TakeFacts take, DateTimeOffset now)
    {
        var id = new TakeId(take.SessionId, take.CameraId, take.Take ?? 1);
        var duration = Facts?.Video is null ? 0 : Facts.DurationSeconds;
        var start = Facts?.Created ?? now.AddSeconds(-duration);
        return new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), take.SessionId.Value, take.CameraId.Value, take.CameraId.Position, id.Take),
            File = new ManifestFile($"{id}.mp4", take.SizeBytes, "mp4", Facts?.Video?.Codec == "hevc" ? "h265" : "h264"),
            Video = new ManifestVideo(
                new ManifestResolution(Facts?.Video?.Width ?? 0, Facts?.Video?.Height ?? 0),
                (int)Math.Round(Facts?.Video?.FramesPerSecond ?? 0),
                duration > 0 ? Math.Round(take.SizeBytes * 8 / duration / 1e6, 3) : 0,
                duration),
            Timing = new ManifestTiming(start, start.AddSeconds(duration), NtpSynced: false),
            Checksum = new ManifestChecksum("sha256", take.Sha256),
        };
    }
}
