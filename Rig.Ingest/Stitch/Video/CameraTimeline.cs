using Rig.Actors.Pipeline;
using Rig.Domain.Identity;

namespace Rig.Ingest.Stitch.Video;

/// <summary>One take as a stretch of the session's clock.</summary>
/// <param name="StartSeconds">Of its first frame, on the session's clock.</param>
/// <param name="FirstSeconds">Time stamp of its first frame, in whose times the file's sound counts, too.</param>
internal sealed record TimelinePiece(string Path, double StartSeconds, double DurationSeconds, double FirstSeconds = 0)
{
    public double EndSeconds => StartSeconds + DurationSeconds;
}

/// <summary>
/// What one camera recorded in a session: its takes in time, with holes between them where it did not record. Seconds count from the
/// session's first frame of any camera, on the master clock.
/// </summary>
internal sealed record CameraTimeline(CameraId Camera, IReadOnlyList<TimelinePiece> Pieces, int Width, int Height, double FramesPerSecond, bool HasAudio)
{
    public double StartSeconds => Pieces[0].StartSeconds;

    public double EndSeconds => Pieces.Max(p => p.EndSeconds);

    /// <summary>Opens every take once, so that a file that cannot be stitched is named before work starts.</summary>
    /// <exception cref="StageFailedException">Too few or too many cameras, or a take that is not a usable video.</exception>
    public static (IReadOnlyList<CameraTimeline> Cameras, DateTimeOffset Start) Read(IReadOnlyList<TakeFile> takes)
    {
        var cameras = takes.GroupBy(t => t.Id.CameraId).OrderBy(g => Order(g.Key)).ThenBy(g => g.Key.Value, StringComparer.Ordinal).ToArray();
        if (cameras.Length is < 2 or > 4)
        {
            throw new StageFailedException($"Stitching needs 2 to 4 cameras; this session has {cameras.Length}.");
        }

        var start = takes.Min(t => t.Manifest.Timing.StartTime);
        return ([.. cameras.Select(camera => Read(camera.Key, camera, start))], start);
    }

    /// <summary>Left to right: L, C, R, then further cameras by name.</summary>
    private static int Order(CameraId camera) => camera.Position switch { "left" => 0, "center" => 1, "right" => 2, _ => 3 };

    private static CameraTimeline Read(CameraId camera, IEnumerable<TakeFile> takes, DateTimeOffset start)
    {
        var pieces = new List<TimelinePiece>();
        var (width, height, fps, audio) = (0, 0, 0.0, false);
        foreach (var take in takes.OrderBy(t => t.Manifest.Timing.StartTime))
        {
            try
            {
                using var reader = VideoReader.Open(take.VideoPath);
                using var first = reader.Read() ?? throw new InvalidDataException($"The file {Path.GetFileName(take.VideoPath)} holds no picture that can be decoded.");
                if (pieces.Count > 0 && (reader.Width != width || reader.Height != height))
                {
                    throw new StageFailedException($"The takes of {camera} have different picture sizes ({width}x{height} and {reader.Width}x{reader.Height}); stitch them as separate sessions.");
                }

                (width, height, fps, audio) = (reader.Width, reader.Height, reader.FramesPerSecond, reader.HasAudio);
                var duration = reader.DurationSeconds > 0 ? reader.DurationSeconds : take.Manifest.Video.DurationSec;
                pieces.Add(new TimelinePiece(take.VideoPath, (take.Manifest.Timing.StartTime - start).TotalSeconds, duration, reader.FirstSeconds));
            }
            catch (StageFailedException e)
            {
                throw new StageFailedException($"{camera}: {e.Message}", e);
            }
            catch (InvalidDataException e)
            {
                throw new StageFailedException($"{camera}: {e.Message} Copy the take from the camera again, or leave it out of the session.", e);
            }
        }

        return new CameraTimeline(camera, pieces, width, height, fps, audio);
    }
}
