using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>The rows of pictures and the jobs that come with them.</summary>
internal sealed class CaptureTable(NpgsqlDataSource database)
{
    /// <returns>Which of these numbers are taken, each with the SHA-256 of its picture.</returns>
    public async Task<Dictionary<(string Device, long Seq), string>> FindAsync(IReadOnlyCollection<(string Device, long Seq)> numbers, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT c.device_id, c.device_seq, c.sha256_hex FROM frames.captures c JOIN unnest($1::text[], $2::bigint[]) AS n(device, seq) ON c.device_id = n.device AND c.device_seq = n.seq");
        command.Parameters.Add(new() { Value = numbers.Select(number => number.Device).ToArray() });
        command.Parameters.Add(new() { Value = numbers.Select(number => number.Seq).ToArray() });
        var found = new Dictionary<(string, long), string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found[(reader.GetString(0), reader.GetInt64(1))] = reader.GetString(2);
        }

        return found;
    }

    /// <summary>All of them with their jobs in one statement, in the order of their numbers, so that two servers never wait for each other in a circle.</summary>
    /// <param name="reorderWindow">How long a job waits for those before it.</param>
    /// <returns>The ids of those that are new; the number of every other one was taken meanwhile.</returns>
    public async Task<HashSet<Guid>> InsertAsync(IReadOnlyList<NewCapture> captures, TimeSpan reorderWindow, CancellationToken cancellationToken)
    {
        var rows = captures.OrderBy(capture => capture.Device.Value, StringComparer.Ordinal).ThenBy(capture => capture.Meta.Seq).ToList();
        await using var command = database.CreateCommand(
            """
            WITH new AS (
              INSERT INTO frames.captures (capture_id, device_id, captured_at, received_at, device_seq, width, height, byte_size, storage_uri, sha256_hex, jpeg_quality, rssi_dbm, battery_mv, meta)
              SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::int[], $7::int[], $8::bigint[], $9::text[], $10::text[], $11::int[], $12::int[], $13::int[], $14::jsonb[])
              ON CONFLICT (device_id, device_seq) DO NOTHING
              RETURNING capture_id, device_id, device_seq
            )
            INSERT INTO frames.jobs (capture_id, device_id, device_seq, run_after, created_at, updated_at)
            SELECT capture_id, device_id, device_seq, clock_timestamp() + $15, clock_timestamp(), clock_timestamp() FROM new
            RETURNING capture_id
            """);
        Add(command, NpgsqlDbType.Uuid, rows.Select(row => row.Id));
        Add(command, NpgsqlDbType.Text, rows.Select(row => row.Device.Value));
        Add(command, NpgsqlDbType.TimestampTz, rows.Select(row => row.CapturedAt));
        Add(command, NpgsqlDbType.TimestampTz, rows.Select(row => row.ReceivedAt));
        Add(command, NpgsqlDbType.Bigint, rows.Select(row => row.Meta.Seq));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Meta.Width));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Meta.Height));
        Add(command, NpgsqlDbType.Bigint, rows.Select(row => (long)row.Jpeg.Length));
        Add(command, NpgsqlDbType.Text, rows.Select(row => row.StorageUri));
        Add(command, NpgsqlDbType.Text, rows.Select(row => row.Sha256));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Meta.JpegQuality));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Meta.Rssi));
        Add(command, NpgsqlDbType.Integer, rows.Select(row => row.Meta.BatteryMv));
        Add(command, NpgsqlDbType.Jsonb, rows.Select(row => row.MetaJson));
        command.Parameters.Add(new() { Value = reorderWindow });
        var inserted = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            inserted.Add(reader.GetGuid(0));
        }

        return inserted;
    }

    /// <returns>The highest number of the device's pictures; -1 for none.</returns>
    public async Task<long> LastSeqAsync(DeviceId device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce(max(device_seq), -1) FROM frames.captures WHERE device_id = $1");
        command.Parameters.Add(new() { Value = device.Value });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}
