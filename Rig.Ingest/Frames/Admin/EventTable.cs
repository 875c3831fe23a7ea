using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Which events a list shows.</summary>
/// <param name="Before">Only those that began earlier; for the next page.</param>
internal sealed record EventFilter(int Limit, string? Device, string? Type, DateTimeOffset? Before);

/// <summary>Events and pictures as people look at them.</summary>
internal sealed class EventTable(NpgsqlDataSource database, TimeProvider clock)
{
    private const string Select =
        """
        SELECT e.event_id, e.device_id, d.display_name, e.event_type, e.confidence, e.person_count, e.started_at, e.ended_at, e.summary, e.operator_note,
          coalesce((SELECT array_agg(i.role ORDER BY array_position(ARRAY['pre', 'during', 'post', 'thumb', 'annotated'], i.role)) FROM frames.event_images i WHERE i.event_id = e.event_id), ARRAY[]::text[]),
          e.details::text
        FROM frames.events e JOIN frames.devices d ON d.device_id = e.device_id
        """;

    /// <summary>What a device noticed by itself.</summary>
    public async Task<Guid> AddReportedAsync(DeviceId device, string type, DateTimeOffset at, double? confidence, string? note, CancellationToken cancellationToken)
    {
        var (id, now) = (Guid.CreateVersion7(), clock.GetUtcNow());
        await using var command = database.CreateCommand(
            """
            INSERT INTO frames.events (event_id, device_id, event_type, confidence, started_at, ended_at, summary, operator_note, details, created_at)
            VALUES ($1, $2, $3, $4, $5, $5, 'Reported by the device.', $6, '{}', $7)
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = device.Value });
        command.Parameters.Add(new() { Value = type });
        command.Parameters.Add(new() { Value = (object?)(float?)confidence ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Real });
        command.Parameters.Add(new() { Value = at < now ? at : now });
        command.Parameters.Add(new() { Value = (object?)note ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }

    /// <returns>The newest first.</returns>
    public async Task<IReadOnlyList<FrameEventView>> ListAsync(EventFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            Select + " WHERE ($2::text IS NULL OR e.device_id = $2) AND ($3::text IS NULL OR e.event_type = $3) AND ($4::timestamptz IS NULL OR e.started_at < $4) ORDER BY e.started_at DESC, e.event_id DESC LIMIT $1");
        command.Parameters.Add(new() { Value = filter.Limit });
        command.Parameters.Add(new() { Value = (object?)filter.Device ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)filter.Type ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)filter.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return [.. (await ReadAsync(command, cancellationToken)).Select(one => one.Event)];
    }

    public async Task<FrameEventDetailView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + " WHERE e.event_id = $1");
        command.Parameters.Add(new() { Value = id });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <returns>False where there is no such event.</returns>
    public async Task<bool> NoteAsync(Guid id, string? note, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE frames.events SET operator_note = $2 WHERE event_id = $1");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (object?)note ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <returns>Where an event's picture lies.</returns>
    public async Task<string?> ImageAsync(Guid id, string role, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT derived_storage_uri FROM frames.event_images WHERE event_id = $1 AND role = $2");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = role });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <returns>Where the device's newest picture lies that is still there.</returns>
    public async Task<string?> NewestPictureAsync(DeviceId device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT storage_uri FROM frames.captures WHERE device_id = $1 AND storage_uri IS NOT NULL ORDER BY received_at DESC, device_seq DESC LIMIT 1");
        command.Parameters.Add(new() { Value = device.Value });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <returns>The newest first.</returns>
    public async Task<IReadOnlyList<CaptureView>> CapturesAsync(int limit, string? device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT capture_id, device_id, device_seq, captured_at, received_at, width, height, byte_size, analysis_status, analysis_error, score, storage_uri IS NOT NULL
            FROM frames.captures WHERE ($2::text IS NULL OR device_id = $2) ORDER BY received_at DESC, device_seq DESC LIMIT $1
            """);
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = (object?)device ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var captures = new List<CaptureView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            captures.Add(new CaptureView(
                reader.GetGuid(0).ToString(), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt32(5), reader.GetInt32(6),
                reader.GetInt64(7), reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetString(9), reader.IsDBNull(10) ? null : Math.Round(reader.GetFloat(10), 4), reader.GetBoolean(11)));
        }

        return captures;
    }

    private static async Task<List<FrameEventDetailView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var events = new List<FrameEventDetailView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var view = new FrameEventView(
                reader.GetGuid(0).ToString(), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : Math.Round(reader.GetFloat(4), 3), reader.IsDBNull(5) ? null : reader.GetInt32(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7), reader.GetString(8), reader.IsDBNull(9) ? null : reader.GetString(9),
                reader.GetFieldValue<string[]>(10));
            var details = reader.GetString(11);
            events.Add(new FrameEventDetailView(view, details == "{}" ? null : JsonSerializer.Deserialize(details, EventDetailsJson.Default.EventDetails)));
        }

        return events;
    }
}
