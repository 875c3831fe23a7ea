using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Storage;

/// <summary>
/// Takes over arrived takes and answers for them. The hand-over is: lock the take's name, sync, rename, sync the folder, commit the
/// receipt; a crash between any two steps leaves either no receipt (the sender sends again) or a receipt that is true.
/// </summary>
/// <remarks>docs/design/offload.md.</remarks>
public sealed class TakeStore(IReceiptTable receipts, SessionLayout layout, TakeDisk disk, TakeNotices notices, ILogger<TakeStore> log) : ITakeVault
{
    /// <summary>Different bytes kept for one take; more are refused without being kept, so that a mad sender cannot fill the disk.</summary>
    private const int MaxKeptConflicts = 3;

    /// <summary>The receipt as it is committed, whatever the disk says.</summary>
    public Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken) => receipts.FindAsync(id, cancellationToken);

    /// <summary>By camera, left to right, and take number.</summary>
    public Task<IReadOnlyList<Receipt>> OfSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        OfSessionsAsync([session.Value], cancellationToken);

    public Task<IReadOnlyList<Receipt>> OfSessionsAsync(string[] sessions, CancellationToken cancellationToken) => receipts.OfSessionsAsync(sessions, cancellationToken);

    /// <summary>The newest take of that camera in that session.</summary>
    public Task<Receipt?> NewestAsync(SessionId session, CameraId camera, CancellationToken cancellationToken) => receipts.NewestAsync(session, camera, cancellationToken);

    /// <summary>Whether the file is there at its full size. Cheap; <see cref="VerifyAsync"/> reads every byte.</summary>
    public bool IsWhole(Receipt receipt) =>
        receipt.DamagedAt is null && disk.LengthOf(layout.VideoPath(receipt.Id)) == receipt.SizeBytes;

    /// <summary>The take of that camera in that session with exactly these bytes, if it is held and whole.</summary>
    public async Task<Receipt?> FindWholeAsync(SessionId session, CameraId camera, string sha256, CancellationToken cancellationToken) =>
        (await receipts.WithBytesAsync(session, camera, sha256, cancellationToken)).FirstOrDefault(IsWhole);

    /// <summary>Hashes the file on disk. When it is not what the receipt says, the receipt is marked damaged, so that the take is accepted again.</summary>
    /// <returns>The SHA-256 that the disk holds; null when the file is missing.</returns>
    public async Task<string?> VerifyAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var path = layout.VideoPath(receipt.Id);
        string? found = null;
        if (File.Exists(path))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20);
            found = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        }

        if (found != receipt.Sha256)
        {
            log.LogError("{Recording} on disk is not what was received: expected {Expected}, found {Found}", receipt.Id, receipt.Sha256, found ?? "no file");
            await MarkDamagedAsync(receipt, cancellationToken);
        }

        return found;
    }

    /// <summary>Remembers that the take's sender knows of the receipt.</summary>
    public Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken) => receipts.MarkConfirmedAsync(id, cancellationToken);

    public Task MarkDamagedAsync(Receipt receipt, CancellationToken cancellationToken) => receipts.MarkDamagedAsync(receipt, cancellationToken);

    /// <summary>
    /// Makes an arrived take the server's own; of bytes that are held already, another manifest replaces the one held. When it returns, the temporary file is gone and what the result says survives a
    /// power cut. Two senders of the same take wait for each other, on this server and on others that share its database.
    /// </summary>
    public async Task<CommitResult> CommitAsync(ArrivedTake take, CancellationToken cancellationToken)
    {
        await using var change = await receipts.BeginAsync(take.Id, cancellationToken);
        var held = await change.FindAsync(cancellationToken);
        CommitResult result;
        if (held is null || (held.Sha256 == take.Sha256 && !IsWhole(held)))
        {
            PlaceOnDisk(take);
            result = new CommitResult(CommitOutcome.Stored, await change.WriteAsync(take, cancellationToken));
        }
        else if (held.Sha256 == take.Sha256)
        {
            disk.Delete(take.TempPath);
            result = IsDescribedAs(held, take.Manifest)
                ? new CommitResult(CommitOutcome.AlreadyHeld, held)
                : new CommitResult(CommitOutcome.Described, await DescribeAsync(change, held, take.Manifest, cancellationToken));
        }
        else
        {
            await KeepApartAsync(change, take, cancellationToken);
            result = new CommitResult(CommitOutcome.Conflict, held);
        }

        await change.CommitAsync(cancellationToken);
        if (result.Outcome == CommitOutcome.Stored)
        {
            log.LogInformation("{Recording} is held: {SizeBytes} bytes by {Source}, sha256 {Sha256}", take.Id, take.SizeBytes, take.Source, take.Sha256);
            if (take.Problem is not null)
            {
                log.LogWarning("{Recording}: {Problem} It is kept as it came.", take.Id, take.Problem);
            }

            notices.Raise(take.Id.SessionId);
        }
        else if (result.Outcome == CommitOutcome.Described)
        {
            log.LogInformation("{Recording} has another manifest, for the same bytes", take.Id);
            notices.Raise(take.Id.SessionId);
        }

        return result;
    }

    /// <summary>The order in which JSON names its fields is of no meaning, and the database does not keep it.</summary>
    private static bool IsDescribedAs(Receipt held, Manifest manifest) =>
        JsonNode.DeepEquals(JsonNode.Parse(held.Manifest.ToUtf8Json()), JsonNode.Parse(manifest.ToUtf8Json()));

    private async Task<Receipt> DescribeAsync(IReceiptChange change, Receipt held, Manifest manifest, CancellationToken cancellationToken)
    {
        // The file is for people; should the row not follow, the sender tries again, since it got no answer.
        disk.WriteFile(layout.ManifestPath(held.Id), manifest.ToUtf8Json());
        return held with { Manifest = manifest, DescribedAt = await change.DescribeAsync(manifest, cancellationToken) };
    }

    private void PlaceOnDisk(ArrivedTake take)
    {
        var folder = layout.TakeFolder(take.Id);
        disk.CreateDirectory(folder);
        disk.WriteFile(layout.ManifestPath(take.Id), take.Manifest.ToUtf8Json());
        disk.Move(take.TempPath, layout.VideoPath(take.Id));
        disk.SyncDirectory(folder);
    }

    private async Task KeepApartAsync(IReceiptChange change, ArrivedTake take, CancellationToken cancellationToken)
    {
        string? keptAs = null;
        if (await change.CountKeptConflictsAsync(take.Sha256, cancellationToken) < MaxKeptConflicts)
        {
            var path = layout.ConflictPath(take.Id, take.Sha256);
            var folder = Path.GetDirectoryName(path)!;
            disk.CreateDirectory(folder);
            disk.Move(take.TempPath, path);
            disk.SyncDirectory(folder);
            keptAs = Path.GetFileName(path);
        }
        else
        {
            disk.Delete(take.TempPath);
        }

        await change.WriteConflictAsync(take, keptAs, cancellationToken);
        log.LogWarning("{Recording} came again with other bytes ({Sha256}); the ones held stay, the others are {Kept}", take.Id, take.Sha256, keptAs ?? "not kept");
    }
}
