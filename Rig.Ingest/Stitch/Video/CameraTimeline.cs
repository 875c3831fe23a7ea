using Rig.Actors.Pipeline;
using Rig.Domain.Identity;

namespace Rig.Ingest.Stitch.Video;

/// <summary>One take as a stretch of the session's clock.</summary>
/// <param name="StartSeconds">Of its first frame, on the session's clock.</param>
/// <param name="FirstSeconds">Time stamp of its first frame, in whose times the file's sound counts, too.</param>
/// <param name="SkippedSeconds">At its beginning, which an earlier take of the same camera shows already.</param>
internal sealed record TimelinePiece(string Path, double StartSeconds, double DurationSeconds, double FirstSeconds = 0, double SkippedSeconds = 0)
{
    /// <summary>Of the first frame that is used.</summary>
    public double FromSeconds => StartSeconds + SkippedSeconds;

    public double EndSeconds => StartSeconds + DurationSeconds;
}

/// <summary>What all cameras recorded in a session.</summary>
/// <param name="Start">The instant from which seconds count.</param>
/// <param name="Takes">Those that are used.</param>
/// <param name="Notes">What was taken for granted, a sentence each.</param>
internal sealed record SessionTimelines(
    IReadOnlyList<CameraTimeline> Cameras, DateTimeOffset Start, IReadOnlyList<TakeFile> Takes, IReadOnlyList<SetAsideTake> SetAside, IReadOnlyList<string> Notes);

/// <summary>
/// What one camera recorded in a session: its takes in time, with holes between them where it did not record. Seconds count from the
/// session's first frame of any camera, on the master clock.
/// </summary>
/// <param name="IsClockTrusted">Its times were compared with the master clock while it recorded.</param>
internal sealed record CameraTimeline(
    CameraId Camera, IReadOnlyList<TimelinePiece> Pieces, int Width, int Height, double FramesPerSecond, bool HasAudio, bool IsClockTrusted = true)
{
    public double StartSeconds => Pieces[0].StartSeconds;

    public double EndSeconds => Pieces.Max(p => p.EndSeconds);

    /// <summary>As if its clock had been set.</summary>
    public CameraTimeline Later(double seconds) => this with { Pieces = [.. Pieces.Select(piece => piece with { StartSeconds = piece.StartSeconds + seconds })] };

    /// <summary>Opens every take once, so that a file that cannot be stitched is named before work starts.</summary>
    /// <param name="start">From which seconds count; null: from the first frame of any camera.</param>
    /// <exception cref="StageFailedException">Too few or too many cameras, takes that cannot be of one match, or one that is not a usable video.</exception>
    public static SessionTimelines Read(IReadOnlyList<TakeFile> takes, DateTimeOffset? start = null)
    {
        var count = takes.Select(t => t.Id.CameraId).Distinct().Count();
        if (count is < 2 or > 4)
        {
            throw new StageFailedException($"Stitching needs 2 to 4 cameras; this session has {count}.");
        }

        var opened = takes.Select(Open).ToDictionary(take => take.File.Id);
        var choice = TakeChoice.Of([.. opened.Values.Select(take => SpanOf(take))]);
        var from = start ?? choice.Used.Values.Min(camera => camera[0].Take.Start);
        return new SessionTimelines(
            [.. choice.Used.OrderBy(camera => Order(camera.Key)).ThenBy(camera => camera.Key.Value, StringComparer.Ordinal)
                .Select(camera => Of(camera.Key, [.. camera.Value.Select(used => (opened[used.Take.Id], used.Take.Start, used.SkippedSeconds))], from))],
            from,
            [.. choice.Used.Values.SelectMany(camera => camera.Select(used => opened[used.Take.Id].File))],
            choice.SetAside,
            choice.Notes);
    }

    private static TakeSpan SpanOf(OpenedTake take)
    {
        var manifest = take.File.Manifest;
        return new TakeSpan(take.File.Id, manifest.Timing.StartTime, take.DurationSeconds, manifest.Timing.NtpSynced, manifest.File.Name, manifest.Checksum.Value);
    }

    /// <summary>Left to right: L, C, R, then further cameras by name.</summary>
    private static int Order(CameraId camera) => camera.Position switch { "left" => 0, "center" => 1, "right" => 2, _ => 3 };

    private static OpenedTake Open(TakeFile take)
    {
        try
        {
            using var reader = VideoReader.Open(take.VideoPath);
            using var first = reader.Read() ?? throw new InvalidDataException($"The file {Path.GetFileName(take.VideoPath)} holds no picture that can be decoded.");
            var duration = reader.DurationSeconds > 0 ? reader.DurationSeconds : take.Manifest.Video.DurationSec;
            return new OpenedTake(take, reader.Width, reader.Height, reader.FramesPerSecond, reader.HasAudio, reader.FirstSeconds, duration);
        }
        catch (StageFailedException e)
        {
            throw new StageFailedException($"{take.Id.CameraId}: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new StageFailedException($"{take.Id.CameraId}: {e.Message} Copy the take from the camera again, or leave it out of the session.", e);
        }
    }

    private static CameraTimeline Of(CameraId camera, IReadOnlyList<(OpenedTake Take, DateTimeOffset Start, double SkippedSeconds)> takes, DateTimeOffset start)
    {
        var first = takes[0].Take;
        if (takes.Select(used => used.Take).FirstOrDefault(take => take.Width != first.Width || take.Height != first.Height) is { } other)
        {
            throw new StageFailedException(
                $"{camera}: The takes of {camera} have different picture sizes ({first.Width}x{first.Height} and {other.Width}x{other.Height}); stitch them as separate sessions.");
        }

        var last = takes[^1].Take;
        return new CameraTimeline(
            camera,
            [.. takes.Select(used => new TimelinePiece(
                used.Take.File.VideoPath, (used.Start - start).TotalSeconds, used.Take.DurationSeconds, used.Take.FirstSeconds, used.SkippedSeconds))],
            last.Width,
            last.Height,
            last.FramesPerSecond,
            last.HasAudio,
            takes.All(used => used.Take.File.Manifest.Timing.NtpSynced));
    }

    private sealed record OpenedTake(TakeFile File, int Width, int Height, double FramesPerSecond, bool HasAudio, double FirstSeconds, double DurationSeconds);
}
