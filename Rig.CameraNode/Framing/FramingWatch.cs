using Rig.Actors.Recording;
using Rig.CameraNode.Settings;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Framing;

/// <summary>Judges the camera's newest preview when asked; each picture once.</summary>
internal sealed class FramingWatch(PublishedNode node, PreviewFeed previews, CameraIdentity identity, TimeProvider time, ILogger<FramingWatch> logger)
{
    private const int MaxSnapshotBytes = 96 << 10;

    /// <summary>A picture that is older does not show where the camera points now.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private (PreviewPicture Picture, FramingResult? Result, string? Problem)? last;

    /// <returns>A result, or in plain words why there is none.</returns>
    public (FramingResult? Result, string? Problem) Look()
    {
        var camera = node.Current?.Camera;
        if (camera is not { Detected: true } || previews.Newest is not { } picture)
        {
            return (null, camera?.Problem ?? "The camera has not given a picture yet.");
        }

        return time.GetUtcNow() - picture.TakenAt > MaxAge
            ? (null, "The camera's picture stands still, so its aim cannot be judged.")
            : Judge(picture);
    }

    /// <summary>For a take that begins now; null where there is no picture.</summary>
    public ManifestFraming? Snapshot()
    {
        if (previews.Newest is not { } picture || picture.Jpeg.Length > MaxSnapshotBytes)
        {
            return null;
        }

        return Judge(picture).Result is { } result
            ? result.ForManifest(picture)
            : new ManifestFraming(picture.TakenAt, SnapshotBase64: Convert.ToBase64String(picture.Jpeg));
    }

    private (FramingResult? Result, string? Problem) Judge(PreviewPicture picture)
    {
        lock (gate)
        {
            if (last is { } known && known.Picture == picture)
            {
                return (known.Result, known.Problem);
            }

            try
            {
                last = (picture, FramingJudge.Judge(JpegPicture.Decode(picture.Jpeg), identity.Id.Position == "center"), null);
            }
            catch (Exception e) when (e is InvalidDataException or DllNotFoundException)
            {
                logger.LogWarning(e, "The camera's aim cannot be judged");
                last = (picture, null, e is InvalidDataException ? e.Message : "The library libturbojpeg is missing. Install the package libturbojpeg0.");
            }

            return (last.Value.Result, last.Value.Problem);
        }
    }
}
