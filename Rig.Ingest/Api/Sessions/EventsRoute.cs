using System.Text;
using Npgsql;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Accounts;
using Rig.Ingest.Status;

namespace Rig.Ingest.Api;

/// <summary>
/// Server-sent events: <c>state</c> with a whole <see cref="ServerView"/> at once and after every change, <c>beat</c> in between. Before
/// each of them the person's session is looked at again; the stream ends with it.
/// </summary>
internal static class EventsRoute
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(5);

    public static void MapEvents(this WebApplication app) => app.MapGetAndHead("/api/v1/events", EventsAsync)
        .Produces<ServerView>(StatusCodes.Status200OK, "text/event-stream").ProducesProblem(StatusCodes.Status503ServiceUnavailable).Allow(Roles.Owner, Roles.Member);

    private static async Task EventsAsync(HttpContext context, StatusFeed feed, AccountSessions sessions, IHostApplicationLifetime host)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        var gone = end.Token;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (feed.Listen(gone) is not { } states)
        {
            await ApiError.Of(503, "Too many pages listen already. Close some.").ExecuteAsync(context);
            return;
        }

        try
        {
            await SendAsync(context, "retry: 2000\n\n", gone);
            while (await IsOpenAsync(context, sessions, gone))
            {
                await SendAsync(context, await NextAsync(states, gone), gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The page went away, or the server stops.
        }
        finally
        {
            // No more listener, also where the session ended while the connection stays.
            await end.CancelAsync();
        }
    }

    private static async Task<bool> IsOpenAsync(HttpContext context, AccountSessions sessions, CancellationToken cancellationToken)
    {
        try
        {
            return AccountCookies.SessionKeyOf(context.Request) is { } key && await sessions.FindAsync(key, cancellationToken) is not null;
        }
        catch (NpgsqlException)
        {
            // Nobody knows now whether it is; the page asks again by itself.
            return false;
        }
    }

    private static async Task<string> NextAsync(System.Threading.Channels.ChannelReader<string> states, CancellationToken gone)
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(gone);
        beat.CancelAfter(BeatInterval);
        try
        {
            return $"event: state\ndata: {await states.ReadAsync(beat.Token)}\n\n";
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            return "event: beat\ndata: {}\n\n";
        }
    }

    private static async Task SendAsync(HttpContext context, string message, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(message), cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }
}
