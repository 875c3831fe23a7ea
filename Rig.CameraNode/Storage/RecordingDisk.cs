using System.Text.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>
/// The node's takes as their files lie on the disk. A manifest whose video is gone is history: it keeps its take number from being
/// given again and is not listed.
/// </summary>
internal sealed class RecordingDisk(IOptions<StorageOptions> settings, IRecordingFiles files, ILogger<RecordingDisk> logger) : IRecordingDisk
{
    private const int MaxManifestBytes = 1 << 20;
    private const string ManifestExtension = ".json";
    private const string ReceiptExtension = ".receipt.json";

    private readonly StorageOptions options = settings.Value;

    public IReadOnlyList<RecordingEntry> Read()
    {
        var takes = new List<RecordingEntry>();
        foreach (var file in files.FilesIn(options.ManifestsPath, andBelow: true))
        {
            var name = Path.GetFileName(file);
            if (!name.EndsWith(ManifestExtension, StringComparison.Ordinal) || name.EndsWith(ReceiptExtension, StringComparison.Ordinal) || !TakeId.TryParse(name[..^ManifestExtension.Length], out var id))
            {
                continue;
            }

            if (!id.SessionId.IsSelfTest && TryLoad(TakePaths.Of(options, id), out var entry))
            {
                takes.Add(entry);
            }
        }

        return takes;
    }

    public int NextTake(SessionId sessionId, CameraId cameraId)
    {
        var paths = TakePaths.Of(options, new TakeId(sessionId, cameraId));
        var last = 0;
        foreach (var file in files.FilesIn(paths.RecordingFolder, andBelow: false).Concat(files.FilesIn(paths.ManifestFolder, andBelow: false)))
        {
            // The stem is an id, and ids have no dot.
            var stem = Path.GetFileName(file).Split('.')[0];
            if (TakeId.TryParse(stem, out var id) && id.SessionId == sessionId && id.CameraId == cameraId)
            {
                last = Math.Max(last, id.Take);
            }
        }

        return last + 1;
    }

    public Stream OpenVideo(TakeId id) => files.OpenRead(TakePaths.Of(options, id).Video);

    public byte[] ReadManifest(TakeId id) => files.ReadAllBytes(TakePaths.Of(options, id).Manifest);

    public void KeepReceipt(RecordingEntry take, string receipt, DateTimeOffset confirmedAt) => files.WriteAtomic(
        TakePaths.Of(options, take.Id).Receipt, new OffloadReceipt(take.Id.ToString(), take.Sha256, receipt, confirmedAt).ToUtf8Json());

    public bool DeleteConfirmed(RecordingEntry take)
    {
        var paths = TakePaths.Of(options, take.Id);
        if (ConfirmedAt(paths, take.Sha256) is null)
        {
            return false;
        }

        // The manifest and the receipt stay as history; a repeated deletion after a power cut finds the same.
        files.Delete(paths.Video);
        files.Delete(paths.Index);
        files.Delete(paths.Truth);
        files.SyncDirectory(paths.RecordingFolder);
        return true;
    }

    public DiskSpace Space()
    {
        var (total, free) = files.SpaceAt(options.RecordingsPath);
        return new DiskSpace(total, free);
    }

    public string? TestWriting() => StorageProbe.WriteTest(files, options.RecordingsPath) ?? StorageProbe.WriteTest(files, options.ManifestsPath);

    /// <summary>The take is sealed, and its manifest and video agree.</summary>
    internal bool Holds(TakeId id)
    {
        var paths = TakePaths.Of(options, id);
        return files.Exists(paths.Manifest) && TryLoad(paths, out _);
    }

    /// <summary>A take that was sealed just now.</summary>
    /// <exception cref="IOException">Its video cannot be asked how old it is.</exception>
    internal RecordingEntry Describe(TakeSealed take) => Describe(take.Id, take.Manifest, confirmedAt: null);

    private bool TryLoad(TakePaths paths, out RecordingEntry entry)
    {
        entry = null!;
        try
        {
            if (!files.Exists(paths.Video))
            {
                return false;
            }

            var manifest = Manifest.Parse(ReadSmall(paths.Manifest));
            var bytes = files.LengthOf(paths.Video);
            if (bytes != manifest.File.SizeBytes)
            {
                logger.LogError("{Video} has {Bytes} bytes and its manifest says {Expected}; it is not offered", paths.Video, bytes, manifest.File.SizeBytes);
                return false;
            }

            entry = Describe(paths.Id, manifest, ConfirmedAt(paths, manifest.Checksum.Value));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogError(e, "The manifest {Manifest} cannot be read; its take is not offered", paths.Manifest);
            return false;
        }
    }

    private DateTimeOffset? ConfirmedAt(TakePaths paths, string sha256)
    {
        if (!files.Exists(paths.Receipt))
        {
            return null;
        }

        try
        {
            if (OffloadReceipt.Parse(ReadSmall(paths.Receipt)) is { } receipt && receipt.Sha256 == sha256)
            {
                return receipt.ConfirmedAt;
            }
        }
        catch (JsonException e)
        {
            logger.LogWarning(e, "The receipt {Receipt} cannot be read", paths.Receipt);
        }

        logger.LogWarning("{Receipt} is not for the bytes that are here; the take counts as unconfirmed", paths.Receipt);
        return null;
    }

    private RecordingEntry Describe(TakeId id, Manifest m, DateTimeOffset? confirmedAt)
    {
        var paths = TakePaths.Of(options, id);
        return new RecordingEntry(
            id, Path.GetFileName(paths.Video), paths.Video, m.File.SizeBytes, m.Timing.StartTime, files.LastWriteTimeUtc(paths.Video), m.Video.DurationSec,
            m.Video.Resolution.Width, m.Video.Resolution.Height, m.Video.Fps, m.File.Codec, m.Checksum.Value, m.Video.Frames,
            m.Quality?.DroppedFrames ?? 0, m.Recording.EndReason, m.Recording.SessionCameras ?? [], confirmedAt);
    }

    private byte[] ReadSmall(string path) => files.LengthOf(path) <= MaxManifestBytes
        ? files.ReadAllBytes(path)
        : throw new JsonException($"{path} is larger than {MaxManifestBytes} bytes.");
}
