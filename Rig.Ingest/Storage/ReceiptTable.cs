using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Storage;

/// <summary>The receipts in PostgreSQL.</summary>
public sealed class ReceiptTable(NpgsqlDataSource database) : IReceiptTable
{
    private const string Select =
        "SELECT session_id, camera_id, take, size_bytes, sha256, manifest::text, source, received_at, damaged_at, confirmed_at, problem, described_at FROM ingest.takes";

    public async Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, id, cancellationToken);
    }

    public async Task<IReadOnlyList<Receipt>> OfSessionsAsync(string[] sessions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + " WHERE session_id = ANY($1)");
        command.Parameters.Add(new() { Value = sessions });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Receipt?> NewestAsync(SessionId session, CameraId camera, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + " WHERE session_id = $1 AND camera_id = $2 ORDER BY take DESC LIMIT 1");
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = camera.Value });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<IReadOnlyList<Receipt>> WithBytesAsync(SessionId session, CameraId camera, string sha256, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + " WHERE session_id = $1 AND camera_id = $2 AND sha256 = $3");
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = camera.Value });
        command.Parameters.Add(new() { Value = sha256 });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken)
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

    public async Task<IReceiptChange> BeginAsync(TakeId id, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var mutex = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", connection, transaction);
            mutex.Parameters.Add(new() { Value = id.ToString() });
            await mutex.ExecuteNonQueryAsync(cancellationToken);
            return new Change(connection, transaction, id);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<Receipt?> FindAsync(NpgsqlConnection connection, TakeId id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Select + " WHERE session_id = $1 AND camera_id = $2 AND take = $3", connection);
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
                new TakeId(SessionId.Parse(reader.GetString(0)), CameraId.Parse(reader.GetString(1)), reader.GetInt32(2)),
                reader.GetInt64(3),
                reader.GetString(4),
                Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(reader.GetString(5))),
                reader.GetString(6),
                reader.GetFieldValue<DateTimeOffset>(7),
                reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
                reader.IsDBNull(9) ? null : reader.GetFieldValue<DateTimeOffset>(9),
                reader.IsDBNull(10) ? null : reader.GetString(10),
                reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11)));
        }

        return receipts
            .OrderBy(receipt => CameraSet.OrderOf(receipt.Id.CameraId))
            .ThenBy(receipt => receipt.Id.CameraId.Value, StringComparer.Ordinal)
            .ThenBy(receipt => receipt.Id.Take)
            .ToList();
    }

    private static void AddId(NpgsqlCommand command, TakeId id)
    {
        command.Parameters.Add(new() { Value = id.SessionId.Value });
        command.Parameters.Add(new() { Value = id.CameraId.Value });
        command.Parameters.Add(new() { Value = id.Take });
    }

    private sealed class Change(NpgsqlConnection connection, NpgsqlTransaction transaction, TakeId id) : IReceiptChange
    {
        public Task<Receipt?> FindAsync(CancellationToken cancellationToken) => ReceiptTable.FindAsync(connection, id, cancellationToken);

        public async Task<Receipt> WriteAsync(ArrivedTake take, CancellationToken cancellationToken)
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

        public async Task<DateTimeOffset> DescribeAsync(Manifest manifest, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(
                "UPDATE ingest.takes SET manifest = $4::jsonb, described_at = clock_timestamp() WHERE session_id = $1 AND camera_id = $2 AND take = $3 RETURNING described_at",
                connection);
            AddId(command, id);
            command.Parameters.Add(new() { Value = System.Text.Encoding.UTF8.GetString(manifest.ToUtf8Json()) });
            return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        public async Task<long> CountKeptConflictsAsync(string exceptSha256, CancellationToken cancellationToken)
        {
            await using var count = new NpgsqlCommand(
                "SELECT count(*) FROM ingest.conflicts WHERE session_id = $1 AND camera_id = $2 AND take = $3 AND kept_as IS NOT NULL AND sha256 <> $4", connection);
            AddId(count, id);
            count.Parameters.Add(new() { Value = exceptSha256 });
            return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        }

        public async Task WriteConflictAsync(ArrivedTake take, string? keptAs, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(
                """
                INSERT INTO ingest.conflicts (session_id, camera_id, take, sha256, size_bytes, source, kept_as) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (session_id, camera_id, take, sha256) DO UPDATE SET kept_as = excluded.kept_as, reported_at = clock_timestamp()
                """,
                connection);
            AddId(command, id);
            command.Parameters.Add(new() { Value = take.Sha256 });
            command.Parameters.Add(new() { Value = take.SizeBytes });
            command.Parameters.Add(new() { Value = take.Source });
            command.Parameters.Add(new() { Value = (object?)keptAs ?? DBNull.Value });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
