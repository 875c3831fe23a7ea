using System.Text.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>
/// Seals what an earlier run of the node left unsealed. Beside everything else: a node that comes back in mid-match records at
/// once, however long the take is that is repaired meanwhile.
/// </summary>
internal sealed class TakeRecovery : BackgroundService
{
    private const int MaxOpenBytes = 1 << 20;

    private readonly StorageOptions options;
    private readonly IRecordingFiles files;
    private readonly RecordingDisk disk;
    private readonly SealedTakes announced;
    private readonly ILogger<TakeRecovery> logger;
    private readonly IReadOnlyList<string> unsealed;
    private readonly IReadOnlyList<string> unfinished;

    /// <summary>Looks for unsealed takes now, before a new one can begin.</summary>
    public TakeRecovery(IOptions<StorageOptions> options, IRecordingFiles files, RecordingDisk disk, SealedTakes announced, ILogger<TakeRecovery> logger)
    {
        (this.options, this.files, this.disk, this.announced, this.logger) = (options.Value, files, disk, announced, logger);
        unsealed = Find(this.options.RecordingsPath, "*.open");
        unfinished = [.. Find(this.options.RecordingsPath, "*.tmp"), .. Find(this.options.ManifestsPath, "*.tmp")];
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(
        () =>
        {
            RemoveUnfinished();
            foreach (var path in unsealed)
            {
                stoppingToken.ThrowIfCancellationRequested();
                Recover(path);
            }
        },
        stoppingToken);

    internal void Recover(string openPath)
    {
        if (!TakeId.TryParse(Path.GetFileNameWithoutExtension(openPath), out var id))
        {
            logger.LogWarning("{Path} is not a take's file and is left alone", openPath);
            return;
        }

        var paths = TakePaths.Of(options, id);
        try
        {
            if (disk.Holds(id))
            {
                // The manifest is there: only the last step of sealing is missing.
                files.Delete(paths.Reserve);
                files.Delete(paths.Open);
                files.SyncDirectory(paths.RecordingFolder);
            }
            else if (File.Exists(paths.Video) && Repair(paths) is { } sealedTake)
            {
                logger.LogWarning("{Take} was left unsealed and is repaired: {Seconds} s", id, sealedTake.Manifest.Video.DurationSec);
                Announce(sealedTake);
            }
            else
            {
                SetAside(paths);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError(e, "{Take} could not be repaired; it stays as it is and is tried again at the next start", id);
        }
    }

    private void Announce(TakeSealed take)
    {
        if (!take.Id.SessionId.IsSelfTest)
        {
            announced.Announce(disk.Describe(take));
        }
    }

    private List<string> Find(string root, string pattern) => Directory.Exists(root)
        ? [.. Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories).Where(path => !LostAndFound.Holds(options, path))]
        : [];

    /// <summary>Files that were being written to take another's place: nobody was told of them.</summary>
    private void RemoveUnfinished()
    {
        foreach (var path in unfinished.Where(path => TakeId.TryParse(Path.GetFileName(path).Split('.')[0], out var id) && TakePaths.Of(options, id).Owns(path[..^".tmp".Length])))
        {
            try
            {
                files.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning(e, "The unfinished file {Path} could not be removed", path);
            }
        }
    }

    private TakeSealed? Repair(TakePaths paths)
    {
        try
        {
            var json = new FileInfo(paths.Open).Length <= MaxOpenBytes ? File.ReadAllBytes(paths.Open) : throw new JsonException($"{paths.Open} is too large.");
            return TakeRepair.Repair(files, paths, OpenTake.Parse(json), TakeEndReason.Repaired);
        }
        catch (JsonException e)
        {
            logger.LogError(e, "{Open} cannot be read", paths.Open);
            return null;
        }
    }

    /// <summary>Nothing to play: kept out of the way, never deleted.</summary>
    private void SetAside(TakePaths paths)
    {
        files.Delete(paths.Reserve);
        foreach (var path in new[] { paths.Video, paths.Index, paths.Truth, paths.Open }.Where(File.Exists))
        {
            LostAndFound.Take(files, options, path);
        }

        logger.LogWarning("{Take} holds no whole fragment and is moved to {Folder}", paths.Id, LostAndFound.In(options));
    }
}
