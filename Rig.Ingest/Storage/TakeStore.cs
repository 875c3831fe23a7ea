using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.Ingest.Storage;

/// <summary>
/// Takes over arrived takes and answers for them. The hand-over is: lock the take's name, sync, rename, sync the folder, commit the
/// receipt; a crash between any two steps leaves either no receipt (the sender sends again) or a receipt that is true.
/// </summary>
/// <remarks>docs/design/offload.md.</remarks>
public sealed class TakeStore(NpgsqlDataSource database, SessionLayout layout, TakeDisk disk, TakeNotices notices, ILogger<TakeStore> log) : Pull.ITakeVault
{
    /// <summary>Different bytes kept for one take; more are refused without being kept, so that a mad sender cannot fill the disk.</summary>
    private const int MaxKeptConflicts = 3;

    private const string SelectReceipt =
        "SELECT session_id, camera_id, take, size_bytes, sha256, manifest::text, source, received_at, damaged_at, confirmed_at, problem FROM ingest.takes";

    /// <summary>The receipt as it is committed, whatever the disk says.</summary>
    public async Task<Receipt?> FindAsync(RecordingId id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, cancellationToken);
    }

    /// <summary>By camera, left to right, and take number.</summary>
    public Task<IReadOnlyList<Receipt>> OfSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        OfSessionsAsync([session.Value], cancellationToken);

    public async Task<IReadOnlyList<Receipt>> OfSessionsAsync(string[] sessions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectReceipt + " WHERE session_id = ANY($1)");
        command.Parameters.Add(new() { Value = sessions });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The newest take of that camera in that session.</summary>
    public async Task<Receipt?> NewestAsync(SessionId session, CameraId camera, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectReceipt + " WHERE session_id = $1 AND camera_id = $2 ORDER BY take DESC LIMIT 1");
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = camera.Value });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Whether the file is there at its full size. Cheap; <see cref="VerifyAsync"/> reads every byte.</summary>
    public bool IsWhole(Receipt receipt) =>
        receipt.DamagedAt is null && new FileInfo(layout.VideoPath(receipt.Id)) is { Exists: true } file && file.Length == receipt.SizeBytes;

    /// <summary>The take of that camera in that session with exactly these bytes, if it is held and whole.</summary>
    public async Task<Receipt?> FindWholeAsync(SessionId session, CameraId camera, string sha256, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectReceipt + " WHERE session_id = $1 AND camera_id = $2 AND sha256 = $3");
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = camera.Value });
        command.Parameters.Add(new() { Value = sha256 });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault(IsWhole);
    }

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
    public async Task MarkConfirmedAsync(RecordingId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE ingest.takes SET confirmed_at = clock_timestamp() WHERE session_id = $1 AND camera_id = $2 AND take = $3 AND confirmed_at IS NULL");
        AddId(command, id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task MarkDamagedAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE ingest.takes SET damaged_at = clock_timestamp() WHERE session_id = $1 AND camera_id = $2 AND take = $3 AND sha256 = $4 AND damaged_at IS NULL");
        AddId(command, receipt.Id);
        command.Parameters.Add(new() { Value = receipt.Sha256 });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Makes an arrived take the server's own. When it returns, the temporary file is gone and what the result says survives a
    /// power cut. Two senders of the same take wait for each other, on this server and on others that share its database.
    /// </summary>
    public async Task<CommitResult> CommitAsync(ArrivedTake take, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var mutex = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", connection, transaction))
        {
            mutex.Parameters.Add(new() { Value = take.Id.ToString() });
            await mutex.ExecuteNonQueryAsync(cancellationToken);
        }

        var held = await FindAsync(connection, take.Id, cancellationToken);
        CommitResult result;
        if (held is null || (held.Sha256 == take.Sha256 && !IsWhole(held)))
        {
            PlaceOnDisk(take);
            result = new CommitResult(CommitOutcome.Stored, await WriteReceiptAsync(connection, take, cancellationToken));
        }
        else if (held.Sha256 == take.Sha256)
        {
            disk.Delete(take.TempPath);
            result = new CommitResult(CommitOutcome.AlreadyHeld, held);
        }
        else
        {
            await KeepApartAsync(connection, take, cancellationToken);
            result = new CommitResult(CommitOutcome.Conflict, held);
        }

        await transaction.CommitAsync(cancellationToken);
        if (result.Outcome == CommitOutcome.Stored)
        {
            log.LogInformation("{Recording} is held: {SizeBytes} bytes by {Source}, sha256 {Sha256}", take.Id, take.SizeBytes, take.Source, take.Sha256);
            if (take.Problem is not null)
            {
                log.LogWarning("{Recording}: {Problem} It is kept as it came.", take.Id, take.Problem);
            }

            notices.Raise(take.Id.SessionId);
        }

        return result;
    }

    private void PlaceOnDisk(ArrivedTake take)
    {
        var folder = layout.TakeFolder(take.Id);
        disk.CreateDirectory(folder);
        disk.WriteFile(layout.ManifestPath(take.Id), take.Manifest.ToUtf8Json());
        disk.Move(take.TempPath, layout.VideoPath(take.Id));
        disk.SyncDirectory(folder);
    }

    private static async Task<Receipt> WriteReceiptAsync(NpgsqlConnection connection, ArrivedTake take, CancellationToken cancellationToken)
    {
        await using (var session = new NpgsqlCommand("INSERT INTO ingest.sessions (session_id) VALUES ($1) ON CONFLICT DO NOTHING", connection))
        {
            session.Parameters.Add(new() { Value = take.Id.SessionId.Value });
            await session.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO ingest.takes (session_id, camera_id, take, size_bytes, sha256, manifest, source, problem) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)
            ON CONFLICT (session_id, camera_id, take) DO UPDATE SET manifest = excluded.manifest, source = excluded.source, problem = excluded.problem, damaged_at = NULL
            RETURNING received_at
            """,
            connection);
        AddId(command, take.Id);
        command.Parameters.Add(new() { Value = take.SizeBytes });
        command.Parameters.Add(new() { Value = take.Sha256 });
        command.Parameters.Add(new() { Value = System.Text.Encoding.UTF8.GetString(take.Manifest.ToUtf8Json()) });
        command.Parameters.Add(new() { Value = take.Source });
        command.Parameters.Add(new() { Value = (object?)take.Problem ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var receivedAt = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new Receipt(take.Id, take.SizeBytes, take.Sha256, take.Manifest, take.Source, receivedAt, DamagedAt: null, Problem: take.Problem);
    }

    private async Task KeepApartAsync(NpgsqlConnection connection, ArrivedTake take, CancellationToken cancellationToken)
    {
        long kept;
        await using (var count = new NpgsqlCommand(
            "SELECT count(*) FROM ingest.conflicts WHERE session_id = $1 AND camera_id = $2 AND take = $3 AND kept_as IS NOT NULL AND sha256 <> $4", connection))
        {
            AddId(count, take.Id);
            count.Parameters.Add(new() { Value = take.Sha256 });
            kept = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        }

        string? keptAs = null;
        if (kept < MaxKeptConflicts)
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

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO ingest.conflicts (session_id, camera_id, take, sha256, size_bytes, source, kept_as) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (session_id, camera_id, take, sha256) DO UPDATE SET kept_as = excluded.kept_as, reported_at = clock_timestamp()
            """,
            connection);
        AddId(command, take.Id);
        command.Parameters.Add(new() { Value = take.Sha256 });
        command.Parameters.Add(new() { Value = take.SizeBytes });
        command.Parameters.Add(new() { Value = take.Source });
        command.Parameters.Add(new() { Value = (object?)keptAs ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
        log.LogWarning("{Recording} came again with other bytes ({Sha256}); the ones held stay, the others are {Kept}", take.Id, take.Sha256, keptAs ?? "not kept");
    }

    private static async Task<Receipt?> FindAsync(NpgsqlConnection connection, RecordingId id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectReceipt + " WHERE session_id = $1 AND camera_id = $2 AND take = $3", connection);
        AddId(command, id);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    private static async Task<List<Receipt>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var receipts = new List<Receipt>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            receipts.Add(new Receipt(
                new RecordingId(SessionId.Parse(reader.GetString(0)), CameraId.Parse(reader.GetString(1)), reader.GetInt32(2)),
                reader.GetInt64(3),
                reader.GetString(4),
                Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(reader.GetString(5))),
                reader.GetString(6),
                reader.GetFieldValue<DateTimeOffset>(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
                reader.IsDBNull(10) ? null : reader.GetString(10)));
        }

        return receipts
            .OrderBy(receipt => CameraSet.OrderOf(receipt.Id.CameraId))
            .ThenBy(receipt => receipt.Id.CameraId.Value, StringComparer.Ordinal)
            .ThenBy(receipt => receipt.Id.Take)
            .ToList();
    }

    private static void AddId(NpgsqlCommand command, RecordingId id)
    {
        command.Parameters.Add(new() { Value = id.SessionId.Value });
        command.Parameters.Add(new() { Value = id.CameraId.Value });
        command.Parameters.Add(new() { Value = id.Take });
    }
}
