using System.Text;
using Rig.Hosting.Http;
using Rig.Ingest.Status;

namespace Rig.Ingest.Api;

/// <summary>Server-sent events: <c>state</c> with a whole <see cref="ServerView"/> at once and after every change, <c>beat</c> in between.</summary>
internal static class EventsRoute
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(5);

    public static void MapEvents(this WebApplication app) => app.MapGet("/api/v1/events", EventsAsync)
        .Produces<ServerView>(StatusCodes.Status200OK, "text/event-stream").ProducesProblem(StatusCodes.Status503ServiceUnavailable);

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
}
