using System.Security.Cryptography;

namespace Rig.CameraNode.Dashcam.Staging;

/// <summary>Brings ledger and staging folder together at the start: after a kill, or when somebody laid files there.</summary>
internal static class Reconciliation
{
    /// <returns>What was found, a sentence each.</returns>
    internal static IReadOnlyList<string> Run(StagingFolder folder, Ledger ledger, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var found = new List<string>();
        var known = ledger.Pending().Concat(ledger.Verified()).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var there = folder.Files().Where(name => name != StagingLock.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var name in there.Where(name => !known.ContainsKey(name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (sha256, size) = Hash(folder.Full(name));
            if (ledger.Find(sha256) is { } twin && !(twin.Removed && twin.VerifiedAt is not null) && twin.Name != name && there.Contains(twin.Name))
            {
                // The same bytes lie there under their own name.
                found.Add($"{name} holds the same bytes as {twin.Name} and is left alone.");
                continue;
            }

            var free = ledger.NameFor(name, sha256);
            if (free != name)
            {
                File.Move(folder.Full(name), folder.Full(free));
                Rig.Hosting.Files.DurableFile.SyncDirectory(Path.GetDirectoryName(folder.Full(free))!);
            }

            ledger.Add(new StagedFile(sha256, size, free, time.GetUtcNow()));
            found.Add($"{free} lay in the staging folder unknown and will be uploaded.");
        }

        // One that was found above under another name is not gone.
        foreach (var gone in known.Values.Where(f => !there.Contains(f.Name) && ledger.Find(f.Sha256)?.Name == f.Name))
        {
            if (gone.VerifiedAt is null)
            {
                found.Add($"{gone.Name} is gone from the staging folder before it was uploaded. It is copied again if the camera still has it.");
            }

            ledger.Change(gone with { Removed = true });
        }

        return found;
    }

    private static (string Sha256, long SizeBytes) Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        return (Convert.ToHexStringLower(SHA256.HashData(file)), file.Length);
    }
}
