using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>What analyses begin from and end with in the database. Everything that a picture brings is committed together with the end of its job.</summary>
internal sealed class AnalysisTable(NpgsqlDataSource database)
{
    public async Task<DeviceMemory> ReadAsync(DeviceId device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT state::text, grids FROM frames.device_states WHERE device_id = $1");
        command.Parameters.Add(new() { Value = device.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? DeviceMemory.Of(JsonSerializer.Deserialize(reader.GetString(0), DeltaJson.Default.DeltaState)!, reader.GetFieldValue<byte[]>(1))
            : DeviceMemory.Empty;
    }

    /// <returns>Where the files of these pictures lie; one whose file is gone is left out.</returns>
    public async Task<IReadOnlyDictionary<Guid, string>> UrisAsync(IEnumerable<Guid> captures, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT capture_id, storage_uri FROM frames.captures WHERE capture_id = ANY($1) AND storage_uri IS NOT NULL");
        command.Parameters.Add(new() { Value = captures.Distinct().ToArray() });
        var uris = new Dictionary<Guid, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            uris[reader.GetGuid(0)] = reader.GetString(1);
        }

        return uris;
    }

    /// <returns>False where the claim was lost meanwhile: nothing is changed then.</returns>
    public async Task<bool> CommitAsync(FrameJob job, FrameResult result, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await ExecuteAsync(connection, "UPDATE frames.jobs SET status = 'done', claim = NULL, lease_until = NULL, last_error = NULL, updated_at = clock_timestamp() WHERE job_id = $1 AND claim = $2 AND status = 'running'", cancellationToken, job.Id, job.Claim) != 1)
        {
            return false;
        }

        await ExecuteAsync(
            connection,
            "UPDATE frames.captures SET analysis_status = $2, analyzed_at = clock_timestamp(), analysis_error = $3, score = $4 WHERE capture_id = $1",
            cancellationToken,
            job.Capture,
            result.Decision.Skipped is null ? "processed" : "skipped",
            new NpgsqlParameter { Value = (object?)result.Decision.Skipped ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            (float)result.Score);
        if (result.Decision.Skipped is null)
        {
            await ExecuteAsync(
                connection,
                """
                INSERT INTO frames.device_states (device_id, state, grids, updated_at) VALUES ($1, $2, $3, clock_timestamp())
                ON CONFLICT (device_id) DO UPDATE SET state = excluded.state, grids = excluded.grids, updated_at = excluded.updated_at
                """,
                cancellationToken,
                job.Device.Value,
                Json(JsonSerializer.Serialize(result.Memory.State, DeltaJson.Default.DeltaState)),
                result.Memory.GridBytes());
            foreach (var effect in result.Decision.Effects)
            {
                await ApplyAsync(connection, job, result, effect, cancellationToken);
            }

            foreach (var image in result.Images)
            {
                await ExecuteAsync(
                    connection,
                    """
                    INSERT INTO frames.event_images (event_image_id, event_id, capture_id, role, derived_storage_uri, created_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())
                    ON CONFLICT (event_id, role) DO UPDATE SET capture_id = excluded.capture_id, derived_storage_uri = excluded.derived_storage_uri
                    """,
                    cancellationToken,
                    Guid.NewGuid(),
                    image.EventId,
                    image.Capture,
                    image.Role,
                    image.Uri);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static Task<int> ApplyAsync(NpgsqlConnection connection, FrameJob job, FrameResult result, IDeltaEffect effect, CancellationToken cancellationToken) => effect switch
    {
        EventBegan began => ExecuteAsync(
            connection,
            """
            INSERT INTO frames.events (event_id, device_id, event_type, person_count, confidence, started_at, ended_at, summary, details, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp()) ON CONFLICT (event_id) DO NOTHING
            """,
            cancellationToken,
            began.EventId,
            job.Device.Value,
            began.Type,
            new NpgsqlParameter { Value = (object?)result.PersonCount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
            (float)began.Confidence,
            began.StartedAt,
            new NpgsqlParameter { Value = (object?)began.EndedAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            began.Summary,
            Json(EventDetails.Of(result, began.Images, began.Frames, began.Trace).ToJson())),
        InteractionEnded ended => ExecuteAsync(
            connection,
            "UPDATE frames.events SET ended_at = $2, confidence = $3, summary = $4, details = jsonb_set($5, '{decision_trace}', details->'decision_trace' || ($5->'decision_trace')) WHERE event_id = $1",
            cancellationToken,
            ended.EventId,
            ended.EndedAt,
            (float)ended.Confidence,
            ended.Summary,
            Json(EventDetails.Of(result, ended.Images, ended.Frames, ended.Trace).ToJson())),
        BurstWanted burst => ExecuteAsync(
            connection,
            """
            UPDATE frames.devices SET burst_id = burst_id + CASE WHEN burst_until > clock_timestamp() THEN 0 ELSE 1 END, burst_until = clock_timestamp() + $2
            WHERE device_id = $1
            """,
            cancellationToken,
            job.Device.Value,
            burst.Length),
        _ => throw new InvalidOperationException($"{effect.GetType()} is no effect."),
    };

    private static NpgsqlParameter Json(string json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
