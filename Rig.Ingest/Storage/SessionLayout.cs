using Microsoft.Extensions.Options;
using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>
/// Seed 001's folders (docs/ref/server-storage.md). Paths are made from parsed ids only, so no text that came from outside reaches
/// the file system.
/// </summary>
public sealed class SessionLayout(IOptions<StorageOptions> options)
{
    private readonly StorageOptions storage = options.Value;

    public string SessionsPath => storage.SessionsPath;

    public string TempPath => storage.TempPath;

    public string ProcessingPath => storage.ProcessingPath;

    public string SessionFolder(SessionId session) => Path.Combine(storage.SessionsPath, session.Value);

    public string TakeFolder(TakeId id)
    {
        var camera = Path.Combine(SessionFolder(id.SessionId), id.CameraId.Value);
        return id.Take == 1 ? camera : Path.Combine(camera, $"take-{id.Take}");
    }

    public string VideoPath(TakeId id) => Path.Combine(TakeFolder(id), "recording.mp4");

    /// <summary>For replies: where the video lies under the server's storage, without saying where that is.</summary>
    public string RelativeVideoPath(TakeId id) => Path.Combine("sessions", Path.GetRelativePath(storage.SessionsPath, VideoPath(id)));

    public string ManifestPath(TakeId id) => Path.Combine(TakeFolder(id), "manifest.json");

    /// <summary>Where other bytes that claim to be an already held take are kept; no session id starts with a dot.</summary>
    public string ConflictPath(TakeId id, string sha256) => Path.Combine(storage.SessionsPath, ".conflicts", $"{id}-{sha256[..16]}.mp4");

    public string NewUploadPath() => Path.Combine(storage.TempPath, $"upload-{Guid.NewGuid():N}.part");

    /// <summary>An upload over several requests; it outlives a restart.</summary>
    internal string UnfinishedPath(UploadId id) => Path.Combine(storage.TempPath, $"unfinished-{id}.part");

    /// <summary>Named by what it will be, so that a restarted server goes on where it was and never mixes two versions of a take.</summary>
    public string PullPath(TakeId id, string sha256) => Path.Combine(storage.TempPath, $"pull-{id}-{sha256[..16]}.part");

    public string JobsPath => Path.Combine(storage.ProcessingPath, "jobs.json");
}
