using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pipeline;

/// <summary>
/// Receipts for the pipeline to decide on, and the tables <c>sessions</c> and <c>stages</c> in which it shows pages what it has
/// decided. Nothing is decided on those: all of it can be made again from the histories.
/// </summary>
public sealed class PipelineStore(NpgsqlDataSource database, TakeStore takes, SessionLayout layout) : IPipelineStore
{
    public async Task<SessionLook> LookAsync(SessionId session, CancellationToken cancellationToken)
    {
        var receipts = await takes.OfSessionAsync(session, cancellationToken);
        await using var command = database.CreateCommand("SELECT coalesce(max(sequence_number), 0) FROM ingest.journal WHERE persistence_id = $1");
        command.Parameters.Add(new() { Value = SessionPipelineActor.PersistenceIdOf(session) });
        return new SessionLook(
            [.. receipts.Select(receipt => new CollectedTake(
                receipt.Id,
                receipt.ReceivedAt,
                receipt.Manifest.Recording.EndReason,
                receipt.Manifest.Recording.SessionCameras,
                receipt.SizeBytes,
                receipt.DamagedAt is not null,
                receipt.Problem,
                receipt.DescribedAt))],
            (long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    public async Task<IReadOnlyList<SessionId>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT s.session_id FROM ingest.sessions s
            CROSS JOIN LATERAL (SELECT count(*) AS takes, max(t.described_at) AS described_at FROM ingest.takes t WHERE t.session_id = s.session_id) held
            CROSS JOIN LATERAL (SELECT max(sequence_number) AS nr FROM ingest.journal j WHERE j.persistence_id = 'pipeline-' || s.session_id) history
            WHERE held.takes > 0 AND (NOT s.settled OR held.takes <> s.run_takes OR held.described_at IS DISTINCT FROM s.run_described_at OR s.shown_nr < history.nr) ORDER BY s.created_at
            """);
        var sessions = new List<SessionId>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(SessionId.Parse(reader.GetString(0)));
        }

        return sessions;
    }

    public async Task<StageContext> ContextAsync(SessionId session, IReadOnlyDictionary<PipelineStage, JsonObject> results, CancellationToken cancellationToken)
    {
        var receipts = await takes.OfSessionAsync(session, cancellationToken);
        return new StageContext(
            session,
            layout.SessionFolder(session),
            receipts.Where(receipt => receipt.DamagedAt is null).Select(receipt => new TakeFile(receipt.Id, layout.VideoPath(receipt.Id), receipt.Manifest)).ToList(),
            results);
    }

    public async Task ShowAsync(SessionPipelineState state, long sequenceNr, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH shown AS (
              UPDATE ingest.sessions SET run = $2, retries = $3, ready_at = $4, ready_reason = $5, settled = $6, run_takes = $7, shown_nr = $8, run_described_at = $17
              WHERE session_id = $1 AND shown_nr < $8 RETURNING session_id)
            INSERT INTO ingest.stages (session_id, stage, status, attempts, fraction, message, claim, result, error, started_at, ended_at, cancelled_by)
            SELECT shown.session_id, w.stage, w.status, w.attempts, CASE w.status WHEN 'done' THEN 1 ELSE 0 END, '', w.claim, w.result::jsonb, w.error, w.started_at, w.ended_at, w.cancelled_by
            FROM shown CROSS JOIN unnest($9, $10, $11, $12, $13, $14, $15, $16, $18) AS w (stage, status, attempts, claim, result, error, started_at, ended_at, cancelled_by)
            ON CONFLICT (session_id, stage) DO UPDATE SET
              fraction = CASE WHEN excluded.status = 'running' AND stages.claim = excluded.claim THEN stages.fraction ELSE excluded.fraction END,
              message = CASE WHEN excluded.status = 'running' AND stages.claim = excluded.claim THEN stages.message ELSE '' END,
              status = excluded.status, attempts = excluded.attempts, claim = excluded.claim, result = excluded.result, error = excluded.error,
              started_at = excluded.started_at, ended_at = excluded.ended_at, cancelled_by = excluded.cancelled_by
            """);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = state.SessionId.Value },
            new() { Value = state.Run },
            new() { Value = state.Retries },
            new() { Value = (object?)state.QueuedAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)state.Reason?.ToString().ToLowerInvariant() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = state.IsAtItsEnd },
            new() { Value = state.Takes.Length },
            new() { Value = sequenceNr },
            Column(NpgsqlDbType.Integer, state, stage => (int)stage.Stage),
            Column(NpgsqlDbType.Text, state, stage => stage.Status.ToString().ToLowerInvariant()),
            Column(NpgsqlDbType.Integer, state, stage => stage.Attempts),
            Column(NpgsqlDbType.Text, state, stage => stage.Claim),
            Column(NpgsqlDbType.Text, state, stage => stage.Result?.ToJsonString()),
            Column(NpgsqlDbType.Text, state, stage => stage.Error),
            Column(NpgsqlDbType.TimestampTz, state, stage => stage.StartedAt?.UtcDateTime),
            Column(NpgsqlDbType.TimestampTz, state, stage => stage.EndedAt?.UtcDateTime),
            new() { Value = (object?)state.DescribedAt?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            Column(NpgsqlDbType.Text, state, stage => stage.CancelledBy),
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task ShowProgressAsync(StageJob job, StageProgress progress, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE ingest.stages SET fraction = $4, message = $5 WHERE session_id = $1 AND stage = $2 AND claim = $3");
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = job.SessionId.Value },
            new() { Value = (int)job.Stage },
            new() { Value = job.Claim },
            new() { Value = double.IsFinite(progress.Fraction) ? Math.Clamp(progress.Fraction, 0, 1) : 0 },
            new() { Value = progress.Message },
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, SessionPipelineState state, Func<StageState, T> value) =>
        new() { Value = state.Stages.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
