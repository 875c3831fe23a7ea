using System.Text.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;

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
    private readonly RecordingCatalogue catalogue;
    private readonly ILogger<TakeRecovery> logger;
    private readonly IReadOnlyList<string> unsealed;

    /// <summary>Looks for unsealed takes now, before a new one can begin.</summary>
    public TakeRecovery(IOptions<StorageOptions> options, IRecordingFiles files, RecordingCatalogue catalogue, ILogger<TakeRecovery> logger)
    {
        (this.options, this.files, this.catalogue, this.logger) = (options.Value, files, catalogue, logger);
        unsealed = Directory.Exists(this.options.RecordingsPath)
            ? [.. Directory.EnumerateFiles(this.options.RecordingsPath, "*.open", SearchOption.AllDirectories)
                .Where(path => !path.StartsWith(LostAndFound + Path.DirectorySeparatorChar, StringComparison.Ordinal))]
            : [];
    }

    private string LostAndFound => Path.Combine(options.RecordingsPath, "lost+found");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(
        () =>
        {
            foreach (var path in unsealed)
            {
                stoppingToken.ThrowIfCancellationRequested();
                Recover(path);
            }
        },
        stoppingToken);

    internal void Recover(string openPath)
    {
        if (!RecordingId.TryParse(Path.GetFileNameWithoutExtension(openPath), out var id))
        {
            logger.LogWarning("{Path} is not a take's file and is left alone", openPath);
            return;
        }

        var paths = TakePaths.Of(options, id);
        try
        {
            if (catalogue.Find(id) is not null)
            {
                // The manifest is there: only the last step of sealing is missing.
                files.Delete(paths.Reserve);
                files.Delete(paths.Open);
                files.SyncDirectory(paths.RecordingFolder);
            }
            else if (File.Exists(paths.Video) && Repair(paths) is { } sealedTake)
            {
                logger.LogWarning("{Take} was left unsealed and is repaired: {Seconds} s", id, sealedTake.Manifest.Video.DurationSec);
                catalogue.Add(sealedTake.Manifest, id);
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
        files.CreateDirectory(LostAndFound);
        files.Delete(paths.Reserve);
        foreach (var path in new[] { paths.Video, paths.Index, paths.Truth, paths.Open }.Where(File.Exists))
        {
            var target = Path.Combine(LostAndFound, Path.GetFileName(path));
            for (var n = 2; File.Exists(target); n++)
            {
                target = Path.Combine(LostAndFound, $"{Path.GetFileName(path)}.{n}");
            }

            files.Move(path, target);
        }

        logger.LogWarning("{Take} holds no whole fragment and is moved to {Folder}", paths.Id, LostAndFound);
    }
}
