using Rig.Actors.Sessions;

namespace Rig.Actors.Recording;

/// <summary>
/// What the node's storage holds. Bytes on disk are the truth; the catalogue is read from the manifests at start-up. Safe from
/// any thread; never touches the file that is being written.
/// </summary>
public interface IRecordingCatalogue
{
    /// <summary>Sealed takes, newest first.</summary>
    IReadOnlyList<RecordingEntry> List();

    RecordingEntry? Find(RecordingId id);

    /// <summary>The number a new take of this camera in this session must carry: 1, or one more than any take there, sealed or not.</summary>
    int NextTake(SessionId sessionId, CameraId cameraId);

    /// <summary>Opens a sealed take's video for reading; the caller disposes.</summary>
    Stream OpenVideo(RecordingId id);

    byte[] ReadManifest(RecordingId id);

    /// <summary>
    /// Records durably that a server holds these very bytes. The checksum must be the catalogue's own; letter case does not matter.
    /// Idempotent.
    /// </summary>
    ConfirmOutcome Confirm(RecordingId id, string sha256, string receipt);

    /// <summary>Deletes a take. Refused (false) unless a receipt for exactly its SHA-256 is recorded.</summary>
    bool DeleteConfirmed(RecordingId id);

    /// <summary>Raised after the catalogue changed: take sealed, confirmed or deleted. On any thread.</summary>
    event Action? Changed;

    StorageStatus Status { get; }
}

/// <param name="Sha256">Lower-case hex of the video file.</param>
/// <param name="ConfirmedAt">When the receipt was recorded; null while the only copy is here.</param>
public sealed record RecordingEntry(
    RecordingId Id,
    string FileName,
    string FilePath,
    long SizeBytes,
    DateTimeOffset CreatedAt,
    DateTimeOffset ModifiedAt,
    double DurationSec,
    int Width,
    int Height,
    int Fps,
    string Codec,
    string Sha256,
    long? Frames,
    long DroppedFrames,
    string? EndReason,
    IReadOnlyList<string> SessionCameras,
    DateTimeOffset? ConfirmedAt);

public enum ConfirmOutcome
{
    Confirmed = 1,
    NotFound = 2,
    ChecksumMismatch = 3,
}

/// <param name="EstimatedRecordingMinutes">Free space above the reserve, divided by the running or configured bitrate.</param>
/// <param name="Writable">A test file could be written and synced when last tried.</param>
public sealed record StorageStatus(
    string Path,
    long TotalBytes,
    long FreeBytes,
    long ReserveBytes,
    int RecordingCount,
    long RecordingBytes,
    int OffloadedCount,
    double EstimatedRecordingMinutes,
    bool Writable,
    string? Problem);
