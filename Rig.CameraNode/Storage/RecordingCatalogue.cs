using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.CameraNode.Storage;

/// <summary>
/// The node's sealed takes, read from the manifests when created. Readers never wait: they see the newest immutable picture.
/// A manifest whose video is gone is history: it keeps its take number from being given again and is not listed.
/// </summary>
internal sealed class RecordingCatalogue : IRecordingCatalogue
{
    private const int MaxManifestBytes = 1 << 20;
    private const string ManifestExtension = ".json";
    private const string ReceiptExtension = ".receipt.json";

    private readonly StorageOptions options;
    private readonly IRecordingFiles files;
    private readonly TimeProvider clock;
    private double bitrateMbps;
    private readonly ILogger<RecordingCatalogue> logger;
    private readonly object changing = new();
    private ImmutableDictionary<RecordingId, RecordingEntry> entries = ImmutableDictionary<RecordingId, RecordingEntry>.Empty;
    private StorageStatus status;
    private string? writeProblem;

    public RecordingCatalogue(
        IOptions<StorageOptions> options, IOptions<Capture.CameraOptions> camera, IRecordingFiles files, TimeProvider clock, ILogger<RecordingCatalogue> logger)
    {
        (this.options, this.files, this.clock, this.logger) = (options.Value, files, clock, logger);
        bitrateMbps = camera.Value.BitrateMbps;
        Load();
        status = Refresh(testWriting: true);
    }

    public event Action? Changed;

    public StorageStatus Status => Volatile.Read(ref status);

    public IReadOnlyList<RecordingEntry> List() => [.. entries.Values.OrderByDescending(e => e.CreatedAt)];

    public RecordingEntry? Find(RecordingId id) => entries.GetValueOrDefault(id);

    public int NextTake(SessionId sessionId, CameraId cameraId)
    {
        var paths = TakePaths.Of(options, new RecordingId(sessionId, cameraId));
        var last = 0;
        foreach (var file in FilesIn(paths.RecordingFolder).Concat(FilesIn(paths.ManifestFolder)))
        {
            // The stem is an id, and ids have no dot.
            var stem = Path.GetFileName(file).Split('.')[0];
            if (RecordingId.TryParse(stem, out var id) && id.SessionId == sessionId && id.CameraId == cameraId)
            {
                last = Math.Max(last, id.Take);
            }
        }

        return last + 1;
    }

    public Stream OpenVideo(RecordingId id) =>
        new FileStream(Known(id).FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);

    public byte[] ReadManifest(RecordingId id) => File.ReadAllBytes(TakePaths.Of(options, Known(id).Id).Manifest);

    public ConfirmOutcome Confirm(RecordingId id, string sha256, string receipt)
    {
        if (receipt.Length > OffloadReceipt.MaxReceiptLength)
        {
            throw new ArgumentException($"The receipt is longer than {OffloadReceipt.MaxReceiptLength} characters.", nameof(receipt));
        }

        lock (changing)
        {
            if (Find(id) is not { } entry)
            {
                return ConfirmOutcome.NotFound;
            }

            if (!CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(sha256.ToLowerInvariant()), System.Text.Encoding.UTF8.GetBytes(entry.Sha256)))
            {
                return ConfirmOutcome.ChecksumMismatch;
            }

            if (entry.ConfirmedAt is null)
            {
                var confirmedAt = clock.GetUtcNow();
                files.WriteAtomic(TakePaths.Of(options, id).Receipt, new OffloadReceipt(id.ToString(), entry.Sha256, receipt, confirmedAt).ToUtf8Json());
                entries = entries.SetItem(id, entry with { ConfirmedAt = confirmedAt });
            }
        }

        if (!options.DeleteAfterConfirm || !DeleteConfirmed(id))
        {
            Announce();
        }

        return ConfirmOutcome.Confirmed;
    }

    public bool DeleteConfirmed(RecordingId id)
    {
        lock (changing)
        {
            if (Find(id) is not { ConfirmedAt: not null })
            {
                return false;
            }

            // The manifest and the receipt stay as history; a repeated deletion after a power cut finds the same.
            var paths = TakePaths.Of(options, id);
            files.Delete(paths.Video);
            files.Delete(paths.Index);
            files.Delete(paths.Truth);
            files.SyncDirectory(paths.RecordingFolder);
            entries = entries.Remove(id);
        }

        logger.LogInformation("{Take} deleted; a server holds it", id);
        Announce();
        return true;
    }

    /// <summary>Takes in a take that was sealed just now.</summary>
    internal void Add(Manifest manifest, RecordingId id)
    {
        if (id.SessionId.IsSelfTest)
        {
            return;
        }

        lock (changing)
        {
            entries = entries.SetItem(id, Describe(id, manifest, confirmedAt: null));
        }

        Announce();
    }

    /// <summary>Asks the disk again.</summary>
    /// <param name="runningMbps">What the running take really needs, for the minutes left; null keeps the last known.</param>
    internal StorageStatus Refresh(bool testWriting, double? runningMbps = null)
    {
        if (runningMbps is > 0)
        {
            Volatile.Write(ref bitrateMbps, runningMbps.Value);
        }

        if (testWriting)
        {
            writeProblem = StorageProbe.WriteTest(files, options.RecordingsPath) ?? StorageProbe.WriteTest(files, options.ManifestsPath);
        }

        var all = entries.Values.ToList();
        long total = 0, free = 0;
        var problem = writeProblem is null ? null : $"Recordings cannot be stored: {writeProblem}. Check the disk and Rig:Storage.";
        try
        {
            (total, free) = StorageProbe.Space(options.RecordingsPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem ??= $"The disk cannot be asked how much is free: {e.Message}";
        }

        if (problem is null && free < options.ReserveBytes)
        {
            problem = FormattableString.Invariant($"The disk is nearly full: {free / 1e9:F1} GB free of {options.MinFreeSpaceGb:F0} GB wanted. Offload recordings or delete confirmed ones.");
        }

        var minutes = Math.Max(0, free - options.ReserveBytes) * 8 / (Volatile.Read(ref bitrateMbps) * 1e6) / 60;
        var fresh = new StorageStatus(
            options.RecordingsPath, total, free, options.ReserveBytes, all.Count, all.Sum(e => e.SizeBytes), all.Count(e => e.ConfirmedAt is not null),
            Math.Round(minutes, 1), writeProblem is null, problem);
        Volatile.Write(ref status, fresh);
        return fresh;
    }

    private void Announce()
    {
        Refresh(testWriting: false);
        Changed?.Invoke();
    }

    private RecordingEntry Known(RecordingId id) => Find(id) ?? throw new FileNotFoundException($"There is no recording {id} on this node.");

    private void Load()
    {
        if (!Directory.Exists(options.ManifestsPath))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(options.ManifestsPath, "*" + ManifestExtension, SearchOption.AllDirectories))
        {
            var name = Path.GetFileName(file);
            if (name.EndsWith(ReceiptExtension, StringComparison.Ordinal) || !RecordingId.TryParse(name[..^ManifestExtension.Length], out var id))
            {
                continue;
            }

            if (!id.SessionId.IsSelfTest && TryLoad(TakePaths.Of(options, id), out var entry))
            {
                entries = entries.SetItem(id, entry);
            }
        }
    }

    private bool TryLoad(TakePaths paths, out RecordingEntry entry)
    {
        entry = null!;
        try
        {
            if (!File.Exists(paths.Video))
            {
                return false;
            }

            var manifest = Manifest.Parse(ReadSmall(paths.Manifest));
            var bytes = new FileInfo(paths.Video).Length;
            if (bytes != manifest.File.SizeBytes)
            {
                logger.LogError("{Video} has {Bytes} bytes and its manifest says {Expected}; it is not offered", paths.Video, bytes, manifest.File.SizeBytes);
                return false;
            }

            entry = Describe(paths.Id, manifest, ConfirmedAt(paths, manifest));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogError(e, "The manifest {Manifest} cannot be read; its take is not offered", paths.Manifest);
            return false;
        }
    }

    private DateTimeOffset? ConfirmedAt(TakePaths paths, Manifest manifest)
    {
        if (!File.Exists(paths.Receipt))
        {
            return null;
        }

        try
        {
            if (OffloadReceipt.Parse(ReadSmall(paths.Receipt)) is { } receipt && receipt.Sha256 == manifest.Checksum.Value)
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

    private RecordingEntry Describe(RecordingId id, Manifest m, DateTimeOffset? confirmedAt)
    {
        var paths = TakePaths.Of(options, id);
        return new RecordingEntry(
            id, Path.GetFileName(paths.Video), paths.Video, m.File.SizeBytes, m.Timing.StartTime, File.GetLastWriteTimeUtc(paths.Video), m.Video.DurationSec,
            m.Video.Resolution.Width, m.Video.Resolution.Height, m.Video.Fps, m.File.Codec, m.Checksum.Value, m.Video.Frames,
            m.Quality?.DroppedFrames ?? 0, m.Recording.EndReason, m.Recording.SessionCameras ?? [], confirmedAt);
    }

    private static byte[] ReadSmall(string path) => new FileInfo(path).Length <= MaxManifestBytes
        ? File.ReadAllBytes(path)
        : throw new JsonException($"{path} is larger than {MaxManifestBytes} bytes.");

    private static IEnumerable<string> FilesIn(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [];
}
