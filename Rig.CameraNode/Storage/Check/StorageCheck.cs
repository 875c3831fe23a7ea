using System.Text.Json;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage.Check;

/// <summary>
/// Verifies what docs/ref/node-storage.md says of a storage folder: every file belongs to a take, every take is sealed, and of a
/// sealed one manifest, video, index and receipt agree. Reads only.
/// </summary>
/// <param name="nodeRuns">A node records here now, so its unsealed takes are no finding.</param>
/// <param name="fast">Sizes only: no video is read.</param>
internal sealed class StorageCheck(StorageOptions options, bool nodeRuns = false, bool fast = false)
{
    private const int MaxSmallBytes = 1 << 20;

    private readonly List<CheckFinding> findings = [];
    private int takes;
    private int deleted;
    private int running;
    private long bytes;

    internal static CheckReport Run(StorageOptions options, bool nodeRuns = false, bool fast = false, Action<string>? progress = null) =>
        new StorageCheck(options, nodeRuns, fast).Run(progress ?? (_ => { }));

    private CheckReport Run(Action<string> progress)
    {
        var files = new[] { options.RecordingsPath, options.ManifestsPath }
            .Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            .Where(path => !LostAndFound.Holds(options, path) && Path.GetFileName(path) is not (StorageLock.FileName or SessionNoteFile.FileName) && !IsOffloadState(path))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        var byTake = new SortedDictionary<string, (TakePaths Paths, HashSet<string> Files)>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (TakeId.TryParse(Path.GetFileName(file).Split('.')[0], out var id) && TakePaths.Of(options, id) is var paths && paths.Owns(file))
            {
                if (!byTake.TryGetValue(id.ToString(), out var take))
                {
                    byTake[id.ToString()] = take = (paths, new HashSet<string>(StringComparer.Ordinal));
                }

                take.Files.Add(file);
            }
            else if (!nodeRuns || !file.EndsWith(".tmp", StringComparison.Ordinal))
            {
                Find(CheckCodes.Orphan, file, "belongs to no take", CheckRemedies.Aside(CheckRemedies.Orphans));
            }
        }

        foreach (var (paths, present) in byTake.Values)
        {
            progress(paths.Id.ToString());
            try
            {
                Check(paths, present);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Find(CheckCodes.Unreadable, paths.Video, $"cannot be read: {e.Message}", null);
            }
        }

        return new CheckReport(takes, deleted, running, bytes, findings);
    }

    private void Check(TakePaths paths, HashSet<string> present)
    {
        var open = present.Contains(paths.Open);
        if (!present.Contains(paths.Manifest))
        {
            if (open && nodeRuns)
            {
                running++;
            }
            else if (open)
            {
                Find(CheckCodes.Unsealed, paths.Open, "was not sealed: the node died while it recorded. The node also seals it when it starts.", CheckRemedies.RepairTails);
            }
            else
            {
                foreach (var file in present)
                {
                    Find(CheckCodes.Orphan, file, "has neither a manifest nor an .open file", CheckRemedies.Aside(CheckRemedies.Orphans));
                }
            }

            return;
        }

        foreach (var rest in new[] { paths.Open, paths.Reserve }.Where(present.Contains))
        {
            if (!nodeRuns)
            {
                Find(CheckCodes.LeftOver, rest, "is left over: the take is sealed", CheckRemedies.RepairTails);
            }
        }

        if (ReadManifest(paths) is not { } manifest)
        {
            return;
        }

        CheckReceipt(paths, present, manifest);
        if (present.Contains(paths.Video))
        {
            takes++;
            CheckVideo(paths, manifest);
            return;
        }

        if (present.Contains(paths.Receipt))
        {
            deleted++;
        }
        else
        {
            Find(CheckCodes.VideoMissing, paths.Manifest, "has no video, and no server's receipt says that one holds it", null);
        }

        foreach (var rest in present.Where(file => file == paths.Index || file.StartsWith(paths.Truth, StringComparison.Ordinal)))
        {
            Find(CheckCodes.Orphan, rest, "is left over: its video is deleted", CheckRemedies.Aside(CheckRemedies.Orphans));
        }
    }

    private Manifest? ReadManifest(TakePaths paths)
    {
        try
        {
            var manifest = Manifest.Parse(ReadSmall(paths.Manifest));
            if (manifest.Recording.Id == paths.Id.ToString())
            {
                return manifest;
            }

            Find(CheckCodes.ManifestDiffers, paths.Manifest, $"is the manifest of {manifest.Recording.Id}", CheckRemedies.Aside(CheckRemedies.Damaged));
        }
        catch (JsonException e)
        {
            Find(CheckCodes.ManifestUnreadable, paths.Manifest, $"cannot be read: {e.Message}", CheckRemedies.Aside(CheckRemedies.Damaged));
        }

        return null;
    }

    private void CheckReceipt(TakePaths paths, HashSet<string> present, Manifest manifest)
    {
        if (!present.Contains(paths.Receipt))
        {
            return;
        }

        string? wrong = null;
        try
        {
            wrong = OffloadReceipt.Parse(ReadSmall(paths.Receipt)) is { } receipt && receipt.Sha256 == manifest.Checksum.Value && receipt.RecordingId == paths.Id.ToString()
                ? null
                : "is not for the bytes that the manifest names";
        }
        catch (JsonException e)
        {
            wrong = $"cannot be read: {e.Message}";
        }

        if (wrong is not null)
        {
            Find(CheckCodes.ReceiptDiffers, paths.Receipt, wrong, CheckRemedies.Aside(CheckRemedies.Receipts));
        }
    }

    private void CheckVideo(TakePaths paths, Manifest manifest)
    {
        var damaged = CheckRemedies.Aside(CheckRemedies.Damaged);
        var length = new FileInfo(paths.Video).Length;
        if (length != manifest.File.SizeBytes)
        {
            Find(CheckCodes.VideoDiffers, paths.Video, $"has {length} bytes and its manifest says {manifest.File.SizeBytes}", damaged);
            return;
        }

        if (fast)
        {
            return;
        }

        bytes += length;
        var content = VideoContent.Read(paths.Video);
        if (content.WholeBytes != length)
        {
            Find(CheckCodes.TailTorn, paths.Video, $"is whole up to byte {content.WholeBytes} of {length} only", damaged);
        }
        else if (content.Sha256 != manifest.Checksum.Value)
        {
            Find(CheckCodes.VideoDiffers, paths.Video, $"has the SHA-256 {content.Sha256} and its manifest says {manifest.Checksum.Value}", damaged);
        }
        else if (manifest.Video.Frames is { } frames && frames != content.Samples.Count)
        {
            Find(CheckCodes.ManifestDiffers, paths.Manifest, $"says {frames} frames and the video has {content.Samples.Count}", damaged);
        }
        else if (IndexProblem(paths, content) is { } problem)
        {
            Find(CheckCodes.IndexDiffers, paths.Index, problem, CheckRemedies.Aside(CheckRemedies.Indexes));
        }
    }

    private static string? IndexProblem(TakePaths paths, VideoContent content)
    {
        // Moved aside once, an index is not asked for again: the video has its times itself.
        if (!File.Exists(paths.Index))
        {
            return null;
        }

        var records = FrameIndex.Read(File.ReadAllBytes(paths.Index));
        if (records.Count != content.Samples.Count)
        {
            return $"has {records.Count} frames and the video {content.Samples.Count}";
        }

        for (var i = 0; i < records.Count; i++)
        {
            var (record, sample) = (records[i], content.Samples[i]);
            if (record.FragmentOffset != sample.FragmentOffset || record.SizeBytes != sample.SizeBytes || record.IsKey != sample.IsKey
                || (i > 0 && (record.Number <= records[i - 1].Number || record.MonotonicNs <= records[i - 1].MonotonicNs)))
            {
                return $"does not agree with the video from frame {i} on";
            }
        }

        return null;
    }

    /// <summary>The node's list of what it still has to upload lies beside the manifests.</summary>
    private bool IsOffloadState(string path) =>
        Path.GetDirectoryName(path) == options.ManifestsPath && Path.GetFileName(path) is ("offload-queue.json" or "offload-uploads.json");

    private static byte[] ReadSmall(string path) => new FileInfo(path).Length <= MaxSmallBytes
        ? File.ReadAllBytes(path)
        : throw new JsonException($"it is larger than {MaxSmallBytes} bytes");

    private void Find(string code, string path, string message, string? remedy) => findings.Add(new CheckFinding(code, path, message, remedy));
}
