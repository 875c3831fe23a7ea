using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Status;

namespace Rig.Ingest.Api;

/// <param name="Status">Always <c>ok</c>.</param>
internal sealed record LegacyOkReply(string Status);

/// <param name="Status"><c>incomplete</c>, <c>ready</c>, <c>processing</c> or <c>done</c>.</param>
/// <param name="Recordings">Cameras of which a take is here.</param>
internal sealed record LegacySessionReply(string SessionId, string Status, IReadOnlyList<string> Recordings, bool HasManifest);

/// <inheritdoc cref="LegacySessionReply"/>
internal sealed record LegacySessionItem(string SessionId, string Status, int RecordingsCount, DateTime CreatedAt);

/// <summary>What older rigs ask their processing server (its port 5100) beside uploads, with their field names.</summary>
internal static class LegacySessionRoutes
{
    private const int MaxManifestBytes = 1 << 20;

    public static void MapLegacySessions(this WebApplication app)
    {
        var programs = app.MapGroup("").Allow(Roles.Uploader, Roles.Node);
        var all = app.MapGroup("").Allow(Roles.Uploader, Roles.Node, Roles.Owner, Roles.Member);
        programs.MapPost("/api/session/{id}/manifest", ManifestAsync).ProducesProblem(StatusCodes.Status400BadRequest);
        all.MapGetAndHead("/api/session/{id}/status", StatusAsync).ProducesProblem(StatusCodes.Status404NotFound);
        all.MapGetAndHead("/api/sessions", async (LegacySessions sessions, CancellationToken cancellationToken) => TypedResults.Ok<IReadOnlyList<LegacySessionItem>>(
            [.. (await sessions.ListAsync(cancellationToken)).Select(one => new LegacySessionItem(one.SessionId, one.Status, one.Cameras.Count, one.CreatedAt))]));
        app.MapGetAndHead("/health", () => TypedResults.Ok(new LegacyOkReply("ok"))).AllowEverybody();
    }

    private static async Task<Ok<LegacyOkReply>> ManifestAsync(HttpContext context, string id, LegacySessions sessions)
    {
        var session = UploadForm.ParseSession(id);
        var root = await RequestBody.ReadObjectOfAnyTypeAsync(context.Request, MaxManifestBytes, context.RequestAborted);
        return await sessions.TryKeepManifestAsync(session, root, context.RequestAborted)
            ? TypedResults.Ok(new LegacyOkReply("ok"))
            : throw new ApiException(400, "The manifest holds a character or number that cannot be stored.");
    }

    private static async Task<Ok<LegacySessionReply>> StatusAsync(string id, LegacySessions sessions, CancellationToken cancellationToken) =>
        await sessions.FindAsync(UploadForm.ParseSession(id), cancellationToken) is { } found
            ? TypedResults.Ok(new LegacySessionReply(found.SessionId, found.Status, found.Cameras, found.HasManifest))
            : throw new ApiException(404, "Session not found");
}
