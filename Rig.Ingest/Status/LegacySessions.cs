using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Identity;

namespace Rig.Ingest.Status;

/// <param name="Status"><c>incomplete</c>, <c>ready</c>, <c>processing</c> or <c>done</c>.</param>
/// <param name="Cameras">Those of which a whole take is here, by name.</param>
internal sealed record LegacySession(string SessionId, DateTime CreatedAt, bool HasManifest, IReadOnlyList<string> Cameras, string Status);

/// <summary>Sessions as older rigs see them, and the manifests that they send of a session.</summary>
internal sealed class LegacySessions(NpgsqlDataSource database)
{
    private const int MaxSessions = 1000;

    /// <returns>False when the manifest holds what cannot be stored.</returns>
    public async Task<bool> TryKeepManifestAsync(SessionId session, JsonElement manifest, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO ingest.session_manifests (session_id, manifest) VALUES ($1, $2)
            ON CONFLICT (session_id) DO UPDATE SET manifest = excluded.manifest, stored_at = clock_timestamp()
            """);
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = manifest.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            return false;
        }
    }

    /// <summary>Newest first, at most 1000.</summary>
    public Task<IReadOnlyList<LegacySession>> ListAsync(CancellationToken cancellationToken) => ReadAsync(session: null, cancellationToken);

    public async Task<LegacySession?> FindAsync(SessionId session, CancellationToken cancellationToken) =>
        await ReadAsync(session, cancellationToken) is [var one, ..] ? one : null;

    private async Task<IReadOnlyList<LegacySession>> ReadAsync(SessionId? session, CancellationToken cancellationToken)
    {
        // Ready is what the manifest's nodes make it, without one three cameras, or what the pipeline has begun.
        await using var command = database.CreateCommand(
            """
            SELECT id, coalesce(s.created_at, m.stored_at), m.manifest IS NOT NULL, t.cameras,
              CASE
                WHEN EXISTS (SELECT 1 FROM ingest.stages w WHERE w.session_id = id) AND NOT EXISTS (SELECT 1 FROM ingest.stages w WHERE w.session_id = id AND w.status <> 'done') THEN 'done'
                WHEN s.ready_at IS NOT NULL THEN 'processing'
                WHEN jsonb_typeof(m.manifest->'nodes') = 'array' AND jsonb_array_length(m.manifest->'nodes') > 0 THEN
                  CASE WHEN ARRAY(SELECT jsonb_array_elements_text(m.manifest->'nodes')) <@ t.cameras THEN 'ready' ELSE 'incomplete' END
                WHEN cardinality(t.cameras) >= 3 THEN 'ready'
                ELSE 'incomplete'
              END
            FROM (SELECT session_id AS id FROM ingest.sessions UNION SELECT session_id FROM ingest.session_manifests) ids
            LEFT JOIN ingest.sessions s ON s.session_id = id
            LEFT JOIN ingest.session_manifests m ON m.session_id = id
            CROSS JOIN LATERAL (SELECT ARRAY(SELECT DISTINCT camera_id FROM ingest.takes t WHERE t.session_id = id AND t.damaged_at IS NULL ORDER BY camera_id) AS cameras) t
            WHERE $1 IS NULL OR id = $1 ORDER BY 2 DESC, id LIMIT $2
            """);
        command.Parameters.Add(new() { Value = (object?)session?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = MaxSessions });
        var sessions = new List<LegacySession>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(new LegacySession(reader.GetString(0), reader.GetFieldValue<DateTime>(1), reader.GetBoolean(2), reader.GetFieldValue<string[]>(3), reader.GetString(4)));
        }

        return sessions;
    }
}
