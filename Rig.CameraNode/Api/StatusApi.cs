using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Gateway;
using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.CameraNode.Status;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Observability;

namespace Rig.CameraNode.Api;

internal static class StatusApi
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(250);

    public static void MapStatus(this IEndpointRouteBuilder api)
    {
        var routes = api.MapGroup("").WithTags("Status");
        routes.MapGetAndHead("/health", (TimeProvider time) => new Health("ok", time.GetUtcNow())).AllowEverybody().WithSummary("Whether this node answers.");
        routes.MapGetAndHead("/status", (StatusReader status) => status.Node() ?? throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The camera is starting."))
            .Allow(Roles.Operator, Roles.Node, Roles.Server).WithSummary("This camera: what it is, records, stores and needs.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGetAndHead("/sync/status", (StatusReader status) => status.Sync()).Allow(Roles.Operator, Roles.Node, Roles.Server).WithSummary("This camera's clock beside the master's.");
        routes.MapGetAndHead("/events", StreamAsync).Allow(Roles.Operator).EndWithPairing().WithSummary("Server-sent events named status: at first, at every change and at least every 2 s.")
            .Produces<StatusEvent>(contentType: "text/event-stream");
    }

    /// <summary>
    /// Server-sent events: the whole status at once, then again at every change and at least every two seconds, so that a page
    /// can tell a quiet rig from a dead connection.
    /// </summary>
    private static async Task StreamAsync(HttpContext context, StatusReader status, PublishedNode node, PublishedRig rig, TimeProvider time, IOptions<JsonOptions> json, IHostApplicationLifetime lifetime)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        try
        {
            await context.Response.WriteAsync("retry: 1000\n\n", stop.Token);
            while (true)
            {
                var (nodeChange, rigChange) = (node.NextChangeAsync(stop.Token), rig.NextChangeAsync(stop.Token));
                var data = JsonSerializer.Serialize(new StatusEvent(time.GetUtcNow(), status.Node(), status.Rig()), json.Value.SerializerOptions);
                await context.Response.WriteAsync($"event: status\ndata: {data}\n\n", stop.Token);
                await context.Response.Body.FlushAsync(stop.Token);
                await Task.Delay(ShortestInterval, time, stop.Token);
                await Task.WhenAny(nodeChange, rigChange, Task.Delay(Heartbeat, time, stop.Token));
                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            // The page went away or the node is being switched off.
        }
    }

    /// <summary>A collector on this machine has no phone.</summary>
    private static bool MayReadMetrics(HttpContext context) =>
        (context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)) || context.User.IsInRole(Roles.Operator);

    public static void MapMetrics(this WebApplication app)
    {
        // Made now: it joins the registry, which asks it whenever somebody reads the figures.
        app.Services.GetRequiredService<NodeMetrics>();
        app.MapRigMetrics(MayReadMetrics).AllowEverybody();
    }
}

/// <param name="Status">ok.</param>
internal sealed record Health(string Status, DateTimeOffset Timestamp);

/// <param name="Node">Null until the node's actors run.</param>
internal sealed record StatusEvent(DateTimeOffset SentAt, NodeStatus? Node, RigStatus Rig);
