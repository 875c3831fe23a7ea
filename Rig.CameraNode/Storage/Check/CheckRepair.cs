using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Domain.Identity;

namespace Rig.CameraNode.Storage.Check;

/// <summary>
/// Puts right what a check found, only what was asked for, and only by moving aside: torn tails, damaged takes and stray files end
/// in <c>lost+found</c>. Needs the <see cref="StorageLock"/>.
/// </summary>
internal sealed class CheckRepair(StorageOptions options, IRecordingFiles files)
{
    /// <returns>One sentence for each thing done.</returns>
    internal IReadOnlyList<string> Repair(IReadOnlyList<CheckFinding> findings, bool repairTails, IReadOnlyCollection<string> moveAside)
    {
        var done = new List<string>();
        foreach (var finding in findings)
        {
            if (finding.Remedy == CheckRemedies.RepairTails && repairTails)
            {
                RepairTail(finding.Path, done);
            }
            else if (finding.Remedy is { } remedy && moveAside.Any(kind => remedy == CheckRemedies.Aside(kind)))
            {
                MoveAside(finding, done);
            }
        }

        return done;
    }

    private void RepairTail(string openOrReserve, List<string> done)
    {
        if (!TakeId.TryParse(Path.GetFileName(openOrReserve).Split('.')[0], out var id))
        {
            return;
        }

        var paths = TakePaths.Of(options, id);
        if (File.Exists(paths.Manifest))
        {
            files.Delete(paths.Open);
            files.Delete(paths.Reserve);
            files.SyncDirectory(paths.RecordingFolder);
            done.Add($"{id} was sealed already; what was left over of its recording is removed.");
            return;
        }

        if (File.Exists(paths.Video) && VideoContent.Read(paths.Video) is { Samples.Count: > 0 } content && content.WholeBytes < new FileInfo(paths.Video).Length)
        {
            done.Add($"The torn tail of {id} is kept as {LostAndFound.KeepTail(files, options, paths.Video, content.WholeBytes)}.");
        }

        var sealedTakes = new SealedTakes();
        RecordingEntry? repaired = null;
        sealedTakes.Sealed += take => repaired = take;
        var disk = new RecordingDisk(Options.Create(options), files, NullLogger<RecordingDisk>.Instance);
        using var recovery = new TakeRecovery(Options.Create(options), files, disk, sealedTakes, NullLogger<TakeRecovery>.Instance);
        recovery.Recover(paths.Open);
        done.Add(repaired is { } entry
            ? FormattableString.Invariant($"{id} is sealed: {entry.DurationSec:0.00} s, {entry.Frames} frames.")
            : $"{id} holds no whole fragment and is moved to {LostAndFound.In(options)}.");
    }

    private void MoveAside(CheckFinding finding, List<string> done)
    {
        var paths = finding.Code is CheckCodes.ManifestUnreadable or CheckCodes.ManifestDiffers or CheckCodes.VideoDiffers or CheckCodes.TailTorn
            && TakeId.TryParse(Path.GetFileName(finding.Path).Split('.')[0], out var id)
                ? TakePaths.Of(options, id).All
                : [finding.Path];
        foreach (var path in paths.Where(File.Exists))
        {
            done.Add($"{path} is moved to {LostAndFound.Take(files, options, path)}.");
        }
    }
}
