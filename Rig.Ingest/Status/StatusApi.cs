using System.Globalization;
using System.Text;
using Microsoft.Extensions.FileProviders;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;
using Rig.Ingest.Hosting;
using Rig.Ingest.Security;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Status;

/// <summary>What the status page asks and does (docs/ref/ingest-api.md).</summary>
internal static class StatusApi
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(5);

    public static void MapStatus(this WebApplication app)
    {
        app.MapGet("/api/v1/sessions", ListAsync);
        app.MapGet("/api/v1/sessions/{id}", SessionAsync);
        app.MapGet("/api/v1/sessions/{id}/history", HistoryAsync);
        app.MapGet("/api/v1/sessions/{id}/files/{name}", File);
        app.MapPost("/api/v1/sessions/{id}/process", (string id, TakeStore takes, IngestActors actors, CancellationToken cancellationToken) =>
            AskAsync(takes, actors, new PipelineProtocol.ProcessSession(Parse(id)), cancellationToken)).RefuseOtherSites();
        app.MapPost("/api/v1/sessions/{id}/retry", (string id, TakeStore takes, IngestActors actors, CancellationToken cancellationToken) =>
            AskAsync(takes, actors, new PipelineProtocol.RetrySession(Parse(id)), cancellationToken)).RefuseOtherSites();
        app.MapGet("/api/v1/events", EventsAsync);

        // Made now: it joins the registry, which asks it whenever somebody reads the figures.
        app.Services.GetRequiredService<IngestMetrics>();
        app.MapRigMetrics();
        app.Map("/api/{**rest}", (HttpContext context) => ApiError.Of(404, $"There is no {context.Request.Method} {context.Request.Path} here."));
    }

    /// <summary>The page itself, from <c>wwwroot</c> beside the program.</summary>
    public static void UseStatusPage(this WebApplication app)
    {
        var root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (!Directory.Exists(root))
        {
            return;
        }

        var files = new PhysicalFileProvider(root);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = context =>
            {
                context.Context.Response.Headers.CacheControl = "no-cache";
                context.Context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'";
                context.Context.Response.Headers.XContentTypeOptions = "nosniff";
            },
        });
    }

    private static async Task<IResult> ListAsync(HttpRequest request, StatusReader reader, CancellationToken cancellationToken)
    {
        var limit = Number(request, "limit", DefaultLimit, 1, MaxLimit);
        var offset = Number(request, "offset", 0, 0, int.MaxValue);
        return Results.Json(new SessionListView(await reader.SessionsAsync(limit, offset, cancellationToken)), StatusJson.Default.SessionListView);
    }

    private static async Task<IResult> SessionAsync(string id, StatusReader reader, CancellationToken cancellationToken)
    {
        var session = Parse(id);
        return await reader.SessionAsync(session, cancellationToken) is { } view
            ? Results.Json(view, StatusJson.Default.SessionView)
            : ApiError.Of(404, $"There is no session '{session}' here.");
    }

    private static async Task<IResult> HistoryAsync(string id, StatusReader reader, SessionHistory history, CancellationToken cancellationToken)
    {
        var session = Parse(id);
        return await reader.SessionAsync(session, cancellationToken) is null
            ? ApiError.Of(404, $"There is no session '{session}' here.")
            : Results.Json(await history.OfAsync(session, cancellationToken), StatusJson.Default.HistoryListView);
    }

    private static IResult File(string id, string name, SessionFiles files)
    {
        var session = Parse(id);
        return files.Find(session, name) is { } file
            ? Results.File(file.Path, file.ContentType, lastModified: System.IO.File.GetLastWriteTimeUtc(file.Path), enableRangeProcessing: true)
            : ApiError.Of(404, "The session has no such file, or not yet.");
    }

    private static async Task<IResult> AskAsync(TakeStore takes, IngestActors actors, PipelineProtocol.IWithSessionId question, CancellationToken cancellationToken)
    {
        // The pipeline keeps an actor for every session it hears of, so it hears only of real ones.
        if ((await takes.OfSessionAsync(question.SessionId, cancellationToken)).Count == 0)
        {
            return ApiError.Of(404, $"There is no session '{question.SessionId}' with a recording here.");
        }

        try
        {
            return await actors.Pipeline.Ask<object>(question, AskPatience, cancellationToken) switch
            {
                PipelineProtocol.Accepted accepted => Results.Json(new { success = true, session_id = accepted.SessionId.Value }, statusCode: 202),
                PipelineProtocol.Refused refused => ApiError.Of(refused.NotFound ? 404 : 409, refused.Reason),
                var other => throw new InvalidOperationException($"The pipeline answered with {other.GetType()}."),
            };
        }
        catch (AskTimeoutException)
        {
            return ApiError.Of(503, "The pipeline does not answer. Try again; if it stays so, restart rig-ingest.");
        }
    }

    /// <summary>Server-sent events: <c>state</c> with a whole <see cref="ServerView"/> at once and after every change, <c>beat</c> in between.</summary>
    private static async Task EventsAsync(HttpContext context, StatusFeed feed, IHostApplicationLifetime host)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        var gone = end.Token;
        if (feed.Listen(gone) is not { } states)
        {
            await ApiError.Of(503, "Too many pages listen already. Close some.").ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.WriteAsync("retry: 2000\n\n", gone);
        await context.Response.Body.FlushAsync(gone);
        while (true)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(gone);
            beat.CancelAfter(BeatInterval);
            string message;
            try
            {
                message = $"event: state\ndata: {await states.ReadAsync(beat.Token)}\n\n";
            }
            catch (OperationCanceledException) when (!gone.IsCancellationRequested)
            {
                message = "event: beat\ndata: {}\n\n";
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(message), gone);
            await context.Response.Body.FlushAsync(gone);
        }
    }

    private static SessionId Parse(string id) => SessionId.TryParse(id, out var session)
        ? session
        : throw new ApiException(400, "A session id is 1 to 64 letters, digits, '_' or '-', starting with a letter or digit, such as GAME_20261121_140000.");

    private static int Number(HttpRequest request, string name, int fallback, int least, int most) =>
        request.Query[name].ToString() is not { Length: > 0 } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new ApiException(400, $"{name} must be a number from {least} to {most}.");
}
