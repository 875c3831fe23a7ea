using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>
/// The folders in which takes lie. Bytes there are the truth and nothing is remembered here. A call may take as long as the disk
/// does, so none is made on an actor's own thread. Safe from any thread; never touches the file that is being written.
/// </summary>
/// <remarks>What changes a take (<see cref="KeepReceipt"/>, <see cref="DeleteConfirmed"/>) is called by <see cref="StorageActor"/> only, one after the other.</remarks>
public interface IRecordingDisk
{
    /// <summary>Every sealed take whose manifest and video agree, in no order.</summary>
    /// <exception cref="IOException">The folders cannot be read.</exception>
    IReadOnlyList<RecordingEntry> Read();

    /// <summary>The number a new take of this camera in this session must carry: 1, or one more than any take there, sealed or not.</summary>
    /// <exception cref="IOException">The folders cannot be read.</exception>
    int NextTake(SessionId sessionId, CameraId cameraId);

    /// <summary>Opens a sealed take's video for reading; the caller disposes.</summary>
    /// <exception cref="IOException">It cannot be opened, or was deleted.</exception>
    Stream OpenVideo(TakeId id);

    /// <exception cref="IOException">It cannot be read.</exception>
    byte[] ReadManifest(TakeId id);

    /// <summary>Writes durably that a server holds this take's very bytes.</summary>
    /// <exception cref="IOException">It is not written.</exception>
    void KeepReceipt(RecordingEntry take, string receipt, DateTimeOffset confirmedAt);

    /// <summary>Deletes a take's video durably; manifest and receipt stay as history. Repeatable.</summary>
    /// <returns>False, and nothing is deleted, unless the receipt on the disk is for exactly <see cref="RecordingEntry.Sha256"/>.</returns>
    /// <exception cref="IOException">It may be deleted or not; the next call finds out.</exception>
    bool DeleteConfirmed(RecordingEntry take);

    /// <exception cref="IOException">The file system cannot be asked.</exception>
    DiskSpace Space();

    /// <summary>Writes, flushes and deletes a small file in each folder.</summary>
    /// <returns>Null when that worked, else why not.</returns>
    string? TestWriting();
}

public readonly record struct DiskSpace(long TotalBytes, long FreeBytes);

/// <param name="Sha256">Lower-case hex of the video file.</param>
/// <param name="ConfirmedAt">When the receipt was recorded; null while the only copy is here.</param>
public sealed record RecordingEntry(
    TakeId Id,
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
