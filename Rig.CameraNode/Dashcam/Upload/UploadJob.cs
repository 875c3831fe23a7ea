using System.Security.Cryptography;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Staging;

namespace Rig.CameraNode.Dashcam.Upload;

/// <summary>What one upload did.</summary>
/// <param name="Failure">Null: all that was staged is verified at the host.</param>
internal sealed record UploadReport(int Verified, long VerifiedBytes, int Pending, string? Failure);

/// <summary>
/// Sends what is staged, in the order it was copied, and deletes a file only after the host was seen to hold its bytes. What lies at the host under
/// the same name with other bytes is never written over.
/// </summary>
internal sealed class UploadJob(UploadConfig config, PollConfig poll, CleanupConfig cleanup, StagingFolder folder, Ledger ledger, Rsync rsync, RemoteFiles remote, TimeProvider time)
{
    private const int BatchFiles = 32;
    private const long BatchBytes = 4L << 30;

    internal async Task<UploadReport> RunAsync(Action<UploadReport> onProgress, CancellationToken cancellationToken)
    {
        var (verified, bytes) = (0, 0L);
        try
        {
            while (NextBatch() is { Count: > 0 } batch)
            {
                var done = await WithRetriesAsync(batch, cancellationToken);
                (verified, bytes) = (verified + done.Count, bytes + done.Sum(f => f.SizeBytes));
                onProgress(new UploadReport(verified, bytes, ledger.Pending().Count, null));
                if (done.Count == 0)
                {
                    throw new UploadException("The host holds other bytes than were sent, again and again.");
                }
            }

            CleanUp();
            return new UploadReport(verified, bytes, 0, null);
        }
        catch (OperationCanceledException)
        {
            return new UploadReport(verified, bytes, ledger.Pending().Count, "The upload was ended before its time; it goes on where it was.");
        }
        catch (Exception e) when (e is UploadException or IOException or UnauthorizedAccessException)
        {
            return new UploadReport(verified, bytes, ledger.Pending().Count, e.Message);
        }
    }

    /// <summary>Deletes what was verified long enough ago.</summary>
    internal void CleanUp()
    {
        foreach (var file in ledger.Verified().Where(f => f.VerifiedAt!.Value + TimeSpan.FromDays(cleanup.BackupDays) <= time.GetUtcNow()))
        {
            if (File.Exists(folder.Full(file.Name)))
            {
                File.Delete(folder.Full(file.Name));
            }

            ledger.Change(file with { Removed = true });
            RemoveEmptyFolders(Path.GetDirectoryName(folder.Full(file.Name))!);
        }
    }

    private List<StagedFile> NextBatch()
    {
        var batch = new List<StagedFile>();
        var bytes = 0L;
        foreach (var file in ledger.Pending())
        {
            if (batch.Count == BatchFiles || (batch.Count > 0 && bytes + file.SizeBytes > BatchBytes))
            {
                break;
            }

            batch.Add(file);
            bytes += file.SizeBytes;
        }

        return batch;
    }

    private async Task<IReadOnlyList<StagedFile>> WithRetriesAsync(IReadOnlyList<StagedFile> batch, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return config.RemoteHash ? await SendHashedAsync(batch, cancellationToken) : await SendComparedAsync(batch, cancellationToken);
            }
            catch (UploadException e) when (!e.IsHopeless && failures < poll.UploadRetries)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(config.RetryDelaySeconds * Math.Pow(2, failures), 600)), time, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<StagedFile>> SendHashedAsync(IReadOnlyList<StagedFile> batch, CancellationToken cancellationToken)
    {
        var there = await remote.AskAsync([.. batch.Select(f => f.Name)], cancellationToken);
        var here = batch.Select(f => there.TryGetValue(f.Name, out var found) && !IsBeginOf(f, found, cancellationToken) ? Rename(f) : f).ToList();
        var missing = here.Where(f => !(there.TryGetValue(f.Name, out var found) && Same(f, found))).Select(f => f.Name).ToList();
        if (missing.Count > 0)
        {
            await rsync.SendAsync(missing, cancellationToken);
            there = await remote.AskAsync([.. here.Select(f => f.Name)], cancellationToken);
        }

        return Confirm(here, f => there.TryGetValue(f.Name, out var found) && Same(f, found));
    }

    private async Task<IReadOnlyList<StagedFile>> SendComparedAsync(IReadOnlyList<StagedFile> batch, CancellationToken cancellationToken)
    {
        var names = batch.Select(f => f.Name).ToList();
        await rsync.SendAsync(names, cancellationToken);
        var differing = await rsync.DifferingAsync(names, cancellationToken);
        var confirmed = Confirm([.. batch.Where(f => !differing.Contains(f.Name))], _ => true);

        // Somebody else's file has the name: ours gets another, and goes with the next batch.
        var renamed = batch.Where(f => differing.Contains(f.Name)).Select(Rename).ToList();
        return confirmed.Count == 0 && renamed.Count > 0 ? await SendComparedOnceMoreAsync(renamed, cancellationToken) : confirmed;
    }

    private async Task<IReadOnlyList<StagedFile>> SendComparedOnceMoreAsync(List<StagedFile> renamed, CancellationToken cancellationToken)
    {
        var names = renamed.Select(f => f.Name).ToList();
        await rsync.SendAsync(names, cancellationToken);
        var differing = await rsync.DifferingAsync(names, cancellationToken);
        return Confirm([.. renamed.Where(f => !differing.Contains(f.Name))], _ => true);
    }

    /// <summary>The staged file itself must still be what the ledger says: rsync sent what lies there.</summary>
    private List<StagedFile> Confirm(IReadOnlyList<StagedFile> files, Func<StagedFile, bool> isThere)
    {
        var confirmed = new List<StagedFile>();
        foreach (var file in files.Where(isThere))
        {
            Remember(file with { VerifiedAt = time.GetUtcNow() });
            confirmed.Add(file);
        }

        CleanUp();
        return confirmed;
    }

    private void Remember(StagedFile verified)
    {
        try
        {
            ledger.Change(verified);
        }
        catch (IOException e) when (StagingSpace.IsFull(e))
        {
            // Not even a line fits. The host holds the file, so it may go, and makes the room.
            File.Delete(folder.Full(verified.Name));
            ledger.Change(verified with { Removed = true });
        }
    }

    private static bool Same(StagedFile here, RemoteFile there) => here.SizeBytes == there.SizeBytes && here.Sha256 == there.Sha256;

    /// <summary>The whole file, or what an upload that was cut left of it.</summary>
    private bool IsBeginOf(StagedFile here, RemoteFile there, CancellationToken cancellationToken)
    {
        if (there.SizeBytes >= here.SizeBytes)
        {
            return Same(here, there);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new FileStream(folder.Full(here.Name), FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        for (var left = there.SizeBytes; left > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
            {
                return false;
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == there.Sha256;
    }

    private StagedFile Rename(StagedFile file)
    {
        var name = Ledger.WithMark(file.Name, file.Sha256[..16]);
        name = File.Exists(folder.Full(name)) ? Ledger.WithMark(file.Name, file.Sha256) : name;
        File.Move(folder.Full(file.Name), folder.Full(name));
        Rig.Hosting.Files.DurableFile.SyncDirectory(Path.GetDirectoryName(folder.Full(name))!);
        var renamed = file with { Name = name };
        ledger.Change(renamed);
        return renamed;
    }

    private void RemoveEmptyFolders(string from)
    {
        for (var at = from; at.StartsWith(folder.Root + "/", StringComparison.Ordinal) && Directory.Exists(at) && !Directory.EnumerateFileSystemEntries(at).Any(); at = Path.GetDirectoryName(at)!)
        {
            Directory.Delete(at);
        }
    }
}
