using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>An upload over several requests, as it is committed.</summary>
/// <param name="SizeBytes">Of the whole file; null while its sender has not said.</param>
/// <param name="ChunkBytes">Null for the resumable protocol.</param>
/// <param name="TouchedAt">When the last request of it ended.</param>
/// <param name="Ended">The final answer; null while it goes on.</param>
internal sealed record UploadRow(
    UploadId Id,
    SessionId SessionId,
    CameraId CameraId,
    int? Take,
    string? Sha256,
    long? SizeBytes,
    long? ChunkBytes,
    byte[]? Manifest,
    DateTimeOffset TouchedAt,
    UploadEnd? Ended);

/// <summary>How an upload ended, in the words that its sender got.</summary>
/// <param name="Status">HTTP status of the final answer.</param>
/// <param name="Reply">Its JSON.</param>
internal sealed record UploadEnd(int Status, string Reply)
{
    /// <summary>The take is held; otherwise it was refused for good.</summary>
    public bool IsTaken => Status == 200;
}

/// <param name="Verified">Whether its sender gave the checksum.</param>
internal sealed record UploadChunk(int Index, string Md5, bool Verified);

/// <summary>Unfinished uploads survive a restart: who sends what is in the database, the bytes are in the temporary folder.</summary>
internal sealed class UploadStore(NpgsqlDataSource database)
{
    private const string Columns =
        "upload_id, session_id, camera_id, take, sha256, size_bytes, chunk_bytes, manifest, touched_at, ended_status, ended_reply";

    /// <returns>False when an upload with this fingerprint is there already.</returns>
    public async Task<bool> AddAsync(UploadRow row, string? fingerprint, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO ingest.uploads (upload_id, session_id, camera_id, take, sha256, size_bytes, chunk_bytes, manifest, fingerprint)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (fingerprint) DO NOTHING
            """);
        command.Parameters.Add(new() { Value = row.Id.ToString() });
        command.Parameters.Add(new() { Value = row.SessionId.Value });
        command.Parameters.Add(new() { Value = row.CameraId.Value });
        command.Parameters.Add(Nullable(row.Take, NpgsqlDbType.Integer));
        command.Parameters.Add(Nullable(row.Sha256, NpgsqlDbType.Text));
        command.Parameters.Add(Nullable(row.SizeBytes, NpgsqlDbType.Bigint));
        command.Parameters.Add(Nullable(row.ChunkBytes, NpgsqlDbType.Bigint));
        command.Parameters.Add(Nullable(row.Manifest, NpgsqlDbType.Bytea));
        command.Parameters.Add(Nullable(fingerprint, NpgsqlDbType.Text));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public Task<UploadRow?> FindAsync(UploadId id, CancellationToken cancellationToken) => OneAsync("upload_id = $1", id.ToString(), cancellationToken);

    public Task<UploadRow?> FindAsync(string fingerprint, CancellationToken cancellationToken) => OneAsync("fingerprint = $1", fingerprint, cancellationToken);

    public Task SetSizeAsync(UploadId id, long sizeBytes, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE ingest.uploads SET size_bytes = $2 WHERE upload_id = $1", id, [new() { Value = sizeBytes }], cancellationToken);

    public Task TouchAsync(UploadId id, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE ingest.uploads SET touched_at = clock_timestamp() WHERE upload_id = $1", id, [], cancellationToken);

    public Task EndAsync(UploadId id, long sizeBytes, UploadEnd end, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE ingest.uploads SET size_bytes = $2, ended_status = $3, ended_reply = $4, touched_at = clock_timestamp() WHERE upload_id = $1",
        id,
        [new() { Value = sizeBytes }, new() { Value = end.Status }, new() { Value = end.Reply }],
        cancellationToken);

    public Task DeleteAsync(UploadId id, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM ingest.uploads WHERE upload_id = $1", id, [], cancellationToken);

    /// <summary>Uploads that nobody has gone on with for so long, oldest first, at most a thousand.</summary>
    public async Task<IReadOnlyList<UploadId>> OlderThanAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT upload_id FROM ingest.uploads WHERE touched_at < clock_timestamp() - $1 ORDER BY touched_at LIMIT 1000");
        command.Parameters.Add(new() { Value = age });
        var ids = new List<UploadId>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (UploadId.TryParse(reader.GetString(0), out var id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>The bytes of the chunk are durable before this is called.</summary>
    public Task AddChunkAsync(UploadId id, UploadChunk chunk, CancellationToken cancellationToken) => ExecuteAsync(
        """
        WITH touched AS (UPDATE ingest.uploads SET touched_at = clock_timestamp() WHERE upload_id = $1)
        INSERT INTO ingest.upload_chunks (upload_id, chunk_index, md5, verified) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
        """,
        id,
        [new() { Value = chunk.Index }, new() { Value = chunk.Md5 }, new() { Value = chunk.Verified }],
        cancellationToken);

    /// <summary>By index.</summary>
    public async Task<IReadOnlyList<UploadChunk>> ChunksAsync(UploadId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT chunk_index, md5, verified FROM ingest.upload_chunks WHERE upload_id = $1 ORDER BY chunk_index");
        command.Parameters.Add(new() { Value = id.ToString() });
        return await ReadChunksAsync(command, cancellationToken);
    }

    public async Task<UploadChunk?> FindChunkAsync(UploadId id, int index, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT chunk_index, md5, verified FROM ingest.upload_chunks WHERE upload_id = $1 AND chunk_index = $2");
        command.Parameters.Add(new() { Value = id.ToString() });
        command.Parameters.Add(new() { Value = index });
        return (await ReadChunksAsync(command, cancellationToken)).FirstOrDefault();
    }

    private static async Task<List<UploadChunk>> ReadChunksAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var chunks = new List<UploadChunk>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            chunks.Add(new UploadChunk(reader.GetInt32(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return chunks;
    }

    private async Task<UploadRow?> OneAsync(string where, string value, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM ingest.uploads WHERE {where}");
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && UploadId.TryParse(reader.GetString(0), out var id)
            ? new UploadRow(
                id,
                SessionId.Parse(reader.GetString(1)),
                CameraId.Parse(reader.GetString(2)),
                reader.IsDBNull(3) ? null : reader.GetInt32(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetInt64(5),
                reader.IsDBNull(6) ? null : reader.GetInt64(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<byte[]>(7),
                reader.GetFieldValue<DateTimeOffset>(8),
                reader.IsDBNull(9) ? null : new UploadEnd(reader.GetInt32(9), reader.GetString(10)))
            : null;
    }

    private async Task ExecuteAsync(string sql, UploadId id, NpgsqlParameter[] further, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id.ToString() });
        foreach (var parameter in further)
        {
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
