using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Rig.Actors.Pipeline;
using Rig.Actors.Sessions;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pipeline;

/// <summary>
/// The work queue as rows of PostgreSQL. The database's clock alone decides about leases, so servers need not agree on the time.
/// </summary>
public sealed class WorkQueue(NpgsqlDataSource database, TakeStore takes, SessionLayout layout) : IWorkQueue
{
    private const string HoldsClaim = " WHERE session_id = $1 AND stage = $2 AND lease_owner = $3 AND status = 'running'";

    public async Task<SessionWork?> LookAsync(SessionId session, CancellationToken cancellationToken)
    {
        var receipts = await takes.OfSessionAsync(session, cancellationToken);
        if (receipts.Count == 0)
        {
            return null;
        }

        await using var command = database.CreateCommand(
            """
            SELECT s.ready_at, s.ready_reason, s.run, s.retries, s.settled, w.stage, w.status, w.error, w.ended_at
            FROM ingest.sessions s LEFT JOIN ingest.stages w USING (session_id) WHERE s.session_id = $1 ORDER BY w.stage
            """);
        command.Parameters.Add(new() { Value = session.Value });
        SessionWork? work = null;
        var stages = new List<StageRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var collected = receipts.Select(receipt => new CollectedTake(
                receipt.Id, receipt.ReceivedAt, receipt.Manifest.Recording.EndReason, receipt.Manifest.Recording.SessionCameras));
            work ??= new SessionWork(
                new SessionTakes(session, [.. collected], Instant(reader, 0)),
                reader.GetInt32(2),
                reader.GetInt32(3),
                reader.IsDBNull(1) ? null : Enum.Parse<QueueReason>(reader.GetString(1), ignoreCase: true),
                reader.GetBoolean(4),
                stages);
            if (!reader.IsDBNull(5))
            {
                var status = reader.GetString(6);
                var error = status != "failed" ? null : reader.IsDBNull(7) ? "" : reader.GetString(7);
                stages.Add(new StageRow((PipelineStage)reader.GetInt32(5), status == "done", error, Instant(reader, 8)));
            }
        }

        return work;
    }

    public async Task<IReadOnlyList<SessionId>> UnsettledAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT s.session_id FROM ingest.sessions s JOIN ingest.takes t USING (session_id) GROUP BY s.session_id
            HAVING s.ready_at IS NULL OR s.ready_at < max(t.received_at) OR NOT s.settled ORDER BY s.created_at
            """);
        var sessions = new List<SessionId>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(SessionId.Parse(reader.GetString(0)));
        }

        return sessions;
    }

    public async Task QueueAsync(SessionId session, int run, QueueReason reason, CancellationToken cancellationToken)
    {
        var receipts = await takes.OfSessionAsync(session, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var ready = new NpgsqlCommand(
            """
            UPDATE ingest.sessions SET run = $2, retries = 0, settled = false, ready_at = clock_timestamp(), ready_reason = $3
            WHERE session_id = $1 AND run < $2
            """,
            connection))
        {
            ready.Parameters.Add(new() { Value = session.Value });
            ready.Parameters.Add(new() { Value = run });
            ready.Parameters.Add(new() { Value = reason.ToString().ToLowerInvariant() });
            if (await ready.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return;
            }
        }

        await using (var clear = new NpgsqlCommand("DELETE FROM ingest.stages WHERE session_id = $1", connection))
        {
            clear.Parameters.Add(new() { Value = session.Value });
            await clear.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var stage in Enum.GetValues<PipelineStage>())
        {
            var result = stage switch
            {
                PipelineStage.Received => new JsonObject { ["takes"] = receipts.Count, ["bytes"] = receipts.Sum(receipt => receipt.SizeBytes) },
                PipelineStage.Verified => Verified(receipts),
                _ => null,
            };
            await using var insert = new NpgsqlCommand(
                """
                INSERT INTO ingest.stages (session_id, stage, status, fraction, result, started_at, ended_at)
                VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)
                """,
                connection);
            insert.Parameters.Add(new() { Value = session.Value });
            insert.Parameters.Add(new() { Value = (int)stage });
            insert.Parameters.Add(new() { Value = result is null ? "queued" : "done" });
            insert.Parameters.Add(new() { Value = result is null ? 0.0 : 1.0 });
            insert.Parameters.Add(new() { Value = (object?)result?.ToJsonString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            insert.Parameters.Add(new() { Value = result is null ? DBNull.Value : receipts.Min(receipt => receipt.ReceivedAt).UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            insert.Parameters.Add(new() { Value = result is null ? DBNull.Value : receipts.Max(receipt => receipt.ReceivedAt).UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static JsonObject Verified(IReadOnlyList<Receipt> receipts)
    {
        var result = new JsonObject { ["takes"] = receipts.Count(receipt => receipt.DamagedAt is null), ["algorithm"] = "sha256" };
        if (receipts.Where(receipt => receipt.Problem is not null).Select(receipt => JsonValue.Create($"{receipt.Id}: {receipt.Problem}")).ToArray() is { Length: > 0 } problems)
        {
            result["problems"] = new JsonArray(problems);
        }

        return result;
    }

    public async Task RetryAsync(SessionId session, int run, int retries, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH counted AS (
              UPDATE ingest.sessions SET retries = $3, settled = false WHERE session_id = $1 AND run = $2 AND retries < $3 RETURNING session_id)
            UPDATE ingest.stages w SET status = 'queued', attempts = 0, fraction = 0, message = '', run_after = now(), ended_at = NULL
            FROM counted c WHERE w.session_id = c.session_id AND w.status = 'failed'
            """);
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = run });
        command.Parameters.Add(new() { Value = retries });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task SettleAsync(SessionId session, int run, int retries, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE ingest.sessions SET settled = true WHERE session_id = $1 AND run = $2 AND retries = $3");
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = run });
        command.Parameters.Add(new() { Value = retries });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<WorkItem?> ClaimAsync(string worker, TimeSpan lease, CancellationToken cancellationToken)
    {
        var claim = $"{worker}/{Guid.NewGuid():N}";
        SessionId session;
        PipelineStage stage;
        int attempt;
        await using (var command = database.CreateCommand(
            """
            UPDATE ingest.stages SET status = 'running', attempts = attempts + 1, fraction = 0, message = '', lease_owner = $1,
              lease_until = clock_timestamp() + $2, started_at = clock_timestamp(), ended_at = NULL
            WHERE (session_id, stage) = (
              SELECT w.session_id, w.stage FROM ingest.stages w JOIN ingest.sessions s USING (session_id)
              WHERE ((w.status = 'queued' AND w.run_after <= clock_timestamp()) OR (w.status = 'running' AND w.lease_until < clock_timestamp()))
                AND NOT EXISTS (SELECT 1 FROM ingest.stages e WHERE e.session_id = w.session_id AND e.stage < w.stage AND e.status <> 'done')
              ORDER BY s.ready_at, w.stage LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
            RETURNING session_id, stage, attempts
            """))
        {
            command.Parameters.Add(new() { Value = claim });
            command.Parameters.Add(new() { Value = lease });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            (session, stage, attempt) = (SessionId.Parse(reader.GetString(0)), (PipelineStage)reader.GetInt32(1), reader.GetInt32(2));
        }

        return new WorkItem(stage, attempt, claim, await ContextAsync(session, cancellationToken));
    }

    public Task<bool> ReportAsync(WorkItem item, StageProgress progress, TimeSpan lease, CancellationToken cancellationToken) => UpdateAsync(
        item,
        "UPDATE ingest.stages SET fraction = $4, message = $5, lease_until = clock_timestamp() + $6" + HoldsClaim,
        [new() { Value = double.IsFinite(progress.Fraction) ? Math.Clamp(progress.Fraction, 0, 1) : 0 }, new() { Value = progress.Message }, new() { Value = lease }],
        cancellationToken);

    public Task<bool> DoneAsync(WorkItem item, JsonObject result, CancellationToken cancellationToken) => UpdateAsync(
        item,
        "UPDATE ingest.stages SET status = 'done', fraction = 1, message = '', error = NULL, result = $4::jsonb, ended_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL" + HoldsClaim,
        [new() { Value = result.ToJsonString() }],
        cancellationToken);

    public Task<bool> FailedAsync(WorkItem item, string error, TimeSpan? retryAfter, CancellationToken cancellationToken) => UpdateAsync(
        item,
        "UPDATE ingest.stages SET status = $4, error = $5, run_after = clock_timestamp() + $6, ended_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL" + HoldsClaim,
        [new() { Value = retryAfter is null ? "failed" : "queued" }, new() { Value = error }, new() { Value = retryAfter ?? TimeSpan.Zero }],
        cancellationToken);

    private async Task<bool> UpdateAsync(WorkItem item, string sql, NpgsqlParameter[] further, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = item.Context.SessionId.Value });
        command.Parameters.Add(new() { Value = (int)item.Stage });
        command.Parameters.Add(new() { Value = item.Claim });
        foreach (var parameter in further)
        {
            command.Parameters.Add(parameter);
        }

        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task<StageContext> ContextAsync(SessionId session, CancellationToken cancellationToken)
    {
        var receipts = await takes.OfSessionAsync(session, cancellationToken);
        var results = new Dictionary<PipelineStage, JsonObject>();
        await using var command = database.CreateCommand("SELECT stage, result::text FROM ingest.stages WHERE session_id = $1 AND status = 'done' AND result IS NOT NULL");
        command.Parameters.Add(new() { Value = session.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            results[(PipelineStage)reader.GetInt32(0)] = JsonNode.Parse(reader.GetString(1))!.AsObject();
        }

        return new StageContext(
            session,
            layout.SessionFolder(session),
            receipts.Where(receipt => receipt.DamagedAt is null).Select(receipt => new TakeFile(receipt.Id, layout.VideoPath(receipt.Id), receipt.Manifest)).ToList(),
            results);
    }

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
