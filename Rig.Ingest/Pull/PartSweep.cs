using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <summary>Deletes half-pulled files that will not go on: their take is held, or nothing was added for <see cref="PullOptions.KeepPartsFor"/>.</summary>
public sealed partial class PartSweep(SessionLayout layout, IPartStore parts, ITakeVault vault, IOptions<PullOptions> options, TimeProvider time, ILogger<PartSweep> log)
{
    /// <returns>How many were deleted.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var (path, writtenAt) in parts.In(layout.TempPath).ToList())
        {
            if (await IsStaleAsync(path, writtenAt, cancellationToken) && parts.TryDelete(path))
            {
                deleted++;
                log.LogInformation("{Part} was left over and is deleted", Path.GetFileName(path));
            }
        }

        return deleted;
    }

    private async Task<bool> IsStaleAsync(string path, DateTimeOffset writtenAt, CancellationToken cancellationToken)
    {
        var name = PartName().Match(Path.GetFileName(path));
        if (!name.Success || !TakeId.TryParse(name.Groups["id"].Value, out var id))
        {
            return false;
        }

        if (time.GetUtcNow() - writtenAt > options.Value.KeepPartsFor)
        {
            return true;
        }

        return await vault.FindAsync(id, cancellationToken) is { } held
            && held.Sha256.StartsWith(name.Groups["sha"].Value, StringComparison.Ordinal) && vault.IsWhole(held);
    }

    [GeneratedRegex(@"^pull-(?<id>.+)-(?<sha>[0-9a-f]{16})\.part$")]
    private static partial Regex PartName();
}
