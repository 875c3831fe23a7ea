using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Identity;
using Rig.Hosting.Http;

namespace Rig.Ingest.Receive;

/// <summary>The routes of older rigs' processing server (its port 5100), with their field names.</summary>
internal static class ChunkedApi
{
    private const int MaxManifestBytes = 1 << 20;
    private const int MaxSessions = 1000;

    public static void MapChunked(this WebApplication app)
    {
        foreach (var root in new[] { "/api/upload", "/api/v1/upload" })
        {
            app.MapPost(root + "/init", (HttpContext context, ChunkedUploads chunked) => chunked.InitAsync(context));
            app.MapPost(root + "/chunk", (HttpContext context, ChunkedUploads chunked) => chunked.ChunkAsync(context));
            app.MapPost(root + "/finalize", (HttpContext context, ChunkedUploads chunked) => chunked.FinalizeAsync(context));
            app.MapGet(root + "/status", (HttpContext context, ChunkedUploads chunked) => chunked.StatusAsync(context, context.Request.Query["upload_id"]));
        }

        app.MapPost("/api/session/{id}/manifest", ManifestAsync);
        app.MapGet("/api/session/{id}/status", StatusAsync);
        app.MapGet("/api/sessions", ListAsync);
        app.MapGet("/health", () => Results.Json(new JsonObject { ["status"] = "ok" }));
    }

    private static async Task<IResult> ManifestAsync(HttpContext context, string id, NpgsqlDataSource database)
    {
        var session = UploadForm.ParseSession(id);
        using var body = await JsonBody.ReadObjectAsync(context.Request, MaxManifestBytes, context.RequestAborted);
        await using var command = database.CreateCommand(
            """
            INSERT INTO ingest.session_manifests (session_id, manifest) VALUES ($1, $2)
            ON CONFLICT (session_id) DO UPDATE SET manifest = excluded.manifest, stored_at = clock_timestamp()
            """);
        command.Parameters.Add(new() { Value = session.Value });
        command.Parameters.Add(new() { Value = body.RootElement.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        try
        {
            await command.ExecuteNonQueryAsync(context.RequestAborted);
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            throw new ApiException(400, "The manifest holds a character or number that cannot be stored.");
        }

        return Results.Json(new JsonObject { ["status"] = "ok" });
    }

    private static async Task<IResult> StatusAsync(HttpContext context, string id, NpgsqlDataSource database)
    {
        var session = UploadForm.ParseSession(id);
        var found = await ReadAsync(database, session, context.RequestAborted);
        return found is [var one]
            ? Results.Json(new JsonObject
            {
                ["session_id"] = session.Value,
                ["status"] = one.Status,
                ["recordings"] = new JsonArray([.. one.Cameras.Select(camera => JsonValue.Create(camera))]),
                ["has_manifest"] = one.HasManifest,
            })
            : ApiError.Of(404, "Session not found");
    }

    private static async Task<IResult> ListAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        Results.Json(new JsonArray([.. (await ReadAsync(database, session: null, cancellationToken)).Select(one => new JsonObject
        {
            ["session_id"] = one.SessionId,
            ["status"] = one.Status,
            ["recordings_count"] = one.Cameras.Length,
            ["created_at"] = one.CreatedAt,
        })]));

    private static async Task<List<OlderSession>> ReadAsync(NpgsqlDataSource database, SessionId? session, CancellationToken cancellationToken)
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
        var sessions = new List<OlderSession>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(new OlderSession(reader.GetString(0), reader.GetFieldValue<DateTime>(1), reader.GetBoolean(2), reader.GetFieldValue<string[]>(3), reader.GetString(4)));
        }

        return sessions;
    }

    private sealed record OlderSession(string SessionId, DateTime CreatedAt, bool HasManifest, string[] Cameras, string Status);
}
