using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Status;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Api;

/// <param name="Success">Always true.</param>
internal sealed record SessionAcceptedReply(bool Success, string SessionId);

/// <summary>Sessions, their history and results, and working on them (docs/ref/ingest-api.md).</summary>
internal static class SessionRoutes
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    public static void MapSessions(this WebApplication app)
    {
        var people = app.MapGroup("").Allow(Roles.Owner, Roles.Member);
        people.MapGetAndHead("/api/v1/sessions", ListAsync).ProducesProblem(StatusCodes.Status400BadRequest);
        people.MapGetAndHead("/api/v1/sessions/{id}", SessionAsync).ProducesProblem(StatusCodes.Status404NotFound);
        people.MapGetAndHead("/api/v1/sessions/{id}/history", HistoryAsync).ProducesProblem(StatusCodes.Status404NotFound);
        people.MapGetAndHead("/api/v1/sessions/{id}/files/{name}", File).Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status404NotFound);
        app.MapPost("/api/v1/sessions/{id}/process", (string id, TakeStore takes, IngestActors actors, CancellationToken cancellationToken) =>
            AskAsync(takes, actors, new PipelineProtocol.ProcessSession(Parse(id)), cancellationToken)).ForOwner().ProducesAccepted();
        app.MapPost("/api/v1/sessions/{id}/retry", (string id, TakeStore takes, IngestActors actors, CancellationToken cancellationToken) =>
            AskAsync(takes, actors, new PipelineProtocol.RetrySession(Parse(id)), cancellationToken)).ForOwner().ProducesAccepted();
        app.MapPost("/api/v1/sessions/{id}/cancel", (string id, ClaimsPrincipal caller, TakeStore takes, IngestActors actors, CancellationToken cancellationToken) =>
            AskAsync(takes, actors, new PipelineProtocol.CancelStage(Parse(id), caller.Identity?.Name ?? "an owner"), cancellationToken)).ForOwner().ProducesAccepted();
    }

    private static async Task<Ok<SessionListView>> ListAsync(HttpRequest request, StatusReader reader, CancellationToken cancellationToken)
    {
        var limit = Number(request, "limit", DefaultLimit, 1, MaxLimit);
        var offset = Number(request, "offset", 0, 0, int.MaxValue);
        return TypedResults.Ok(new SessionListView(await reader.SessionsAsync(limit, offset, cancellationToken)));
    }

    private static async Task<Ok<SessionView>> SessionAsync(string id, StatusReader reader, CancellationToken cancellationToken)
    {
        var session = Parse(id);
        return TypedResults.Ok(await reader.SessionAsync(session, cancellationToken) ?? throw NoSession(session));
    }

    private static async Task<Ok<HistoryListView>> HistoryAsync(string id, StatusReader reader, SessionHistory history, CancellationToken cancellationToken)
    {
        var session = Parse(id);
        _ = await reader.SessionAsync(session, cancellationToken) ?? throw NoSession(session);
        return TypedResults.Ok(await history.OfAsync(session, cancellationToken));
    }

    private static PhysicalFileHttpResult File(HttpResponse response, string id, string name, SessionFiles files)
    {
        if (files.Find(Parse(id), name) is not { } file)
        {
            throw new ApiException(404, "The session has no such file, or not yet.");
        }

        // The browser of the person may keep it, and asks each time whether it still may show it.
        response.Headers.CacheControl = "private, no-cache";
        return TypedResults.PhysicalFile(file.Path, file.ContentType, lastModified: System.IO.File.GetLastWriteTimeUtc(file.Path), enableRangeProcessing: true);
    }

    /// <summary>For the operator's commands.</summary>
    internal static Task<JsonHttpResult<SessionAcceptedReply>> AskAsync(
        TakeStore takes, IngestActors actors, string? id, Func<SessionId, PipelineProtocol.IWithSessionId> question, CancellationToken cancellationToken) =>
        AskAsync(takes, actors, question(Parse(id ?? "")), cancellationToken);

    private static async Task<JsonHttpResult<SessionAcceptedReply>> AskAsync(
        TakeStore takes, IngestActors actors, PipelineProtocol.IWithSessionId question, CancellationToken cancellationToken)
    {
        // The pipeline keeps an actor for every session it hears of, so it hears only of real ones.
        if ((await takes.OfSessionAsync(question.SessionId, cancellationToken)).Count == 0)
        {
            throw new ApiException(404, $"There is no session '{question.SessionId}' with a recording here.");
        }

        try
        {
            return await actors.Pipeline.Ask<object>(question, AskTimeout, cancellationToken) switch
            {
                PipelineProtocol.Accepted accepted => TypedResults.Json(new SessionAcceptedReply(Success: true, accepted.SessionId.Value), statusCode: StatusCodes.Status202Accepted),
                PipelineProtocol.Refused refused => throw new ApiException(refused.NotFound ? 404 : 409, refused.Reason),
                var other => throw new InvalidOperationException($"The pipeline answered with {other.GetType()}."),
            };
        }
        catch (AskTimeoutException)
        {
            throw new ApiException(503, "The pipeline does not answer. Try again; if it stays so, restart rig-ingest.");
        }
    }

    private static void ProducesAccepted(this RouteHandlerBuilder route) => route
        .Produces<SessionAcceptedReply>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static SessionId Parse(string id) => SessionId.TryParse(id, out var session)
        ? session
        : throw new ApiException(400, "A session id is 1 to 64 letters, digits, '_' or '-', starting with a letter or digit, such as GAME_20261121_140000.");

    private static int Number(HttpRequest request, string name, int fallback, int least, int most) =>
        request.Query[name].ToString() is not { Length: > 0 } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new ApiException(400, $"{name} must be a number from {least} to {most}.");

    private static ApiException NoSession(SessionId session) => new(404, $"There is no session '{session}' here.");
}
