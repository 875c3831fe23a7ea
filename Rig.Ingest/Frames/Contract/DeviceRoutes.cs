using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Domain.Frames;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.Ingest.Frames;

/// <param name="EventId">A UUID.</param>
internal sealed record DeviceEventReply(bool Ok, string EventId);

/// <summary>What still-frame devices ask: the contract of docs/ref/frames-api.md, with its own shape of refusals.</summary>
internal static class DeviceRoutes
{
    private const int MaxSmallBody = 64 * 1024;
    private const int MaxHealthBytes = 8 * 1024;
    private static readonly TimeSpan OldestAge = TimeSpan.FromDays(365);

    public static void MapFrameDevices(this WebApplication app)
    {
        var devices = app.MapGroup("").Allow(Roles.Device).WithMetadata(new RefusalWords());
        devices.AddEndpointFilter(GuardAsync);
        Refuses(devices.MapPost(FrameContract.FramePath, FrameAsync), 409, 413, 507);
        Refuses(devices.MapPost(FrameContract.HeartbeatPath, HeartbeatAsync), 413);
        Refuses(devices.MapPost(FrameContract.EventPath, EventAsync), 413);
        Refuses(devices.MapGetAndHead(FrameContract.ConfigPath, ConfigAsync));
    }

    private static async Task<Ok<FrameReply>> FrameAsync(HttpContext context, FrameStore store, DeviceLimits limits, IOptions<FrameOptions> options, TimeProvider clock)
    {
        var device = DeviceOf(context);
        var maxBytes = FrameRequest.MaxBodyBytes(options.Value.MaxFrameBytes);
        using var memory = await limits.BodyAsync(context.Request.ContentLength ?? maxBytes, context.RequestAborted);
        var body = await BodyAsync(context, maxBytes);
        var request = await FrameRequest.ReadAsync(context.Request.ContentType, body, options.Value.MaxFrameBytes, context.RequestAborted);
        IsItself(device, request.Meta.DeviceId);
        var receivedAt = clock.GetUtcNow();
        var id = Guid.CreateVersion7(receivedAt);
        var capture = new NewCapture(
            id, device.Id, request.Meta, JsonSerializer.Serialize(request.Meta, FrameJson.Default.FrameMeta), CapturedAt(context, request.Meta, receivedAt), receivedAt, request.Jpeg, request.Sha256());
        return await store.StoreAsync(capture, context.RequestAborted) is { DuplicateOfSha256: { } sha256 }
            ? throw new FrameRefusal(409, "duplicate device seq") { StoredSha256 = sha256 }
            : TypedResults.Ok(new FrameReply(Ok: true, id.ToString(), receivedAt));
    }

    private static async Task<Ok<HeartbeatReply>> HeartbeatAsync(HttpContext context, DeviceTable devices)
    {
        var body = FrameRequest.Parse(await BodyAsync(context, MaxSmallBody));
        var heartbeat = new HeartbeatRequest(
            MetaReader.Device(body), MetaReader.Optional(body, "rssi", -200, 100), MetaReader.Optional(body, "battery_mv", 0, 100_000), MetaReader.Text(body, "fw_version"));
        IsItself(DeviceOf(context), heartbeat.DeviceId);
        string? health = null;
        if (body.TryGetProperty("health", out var figures) && figures.ValueKind != JsonValueKind.Null)
        {
            health = figures.ValueKind == JsonValueKind.Object && figures.GetRawText() is { Length: <= MaxHealthBytes } text && !text.Contains("\\u0000", StringComparison.Ordinal)
                ? text
                : throw FrameRefusal.Field("health");
        }

        return TypedResults.Ok(new HeartbeatReply(Ok: true, await devices.HeartbeatAsync(heartbeat, health, context.RequestAborted)));
    }

    private static async Task<Ok<DeviceEventReply>> EventAsync(HttpContext context, EventTable events)
    {
        var body = FrameRequest.Parse(await BodyAsync(context, MaxSmallBody));
        IsItself(DeviceOf(context), MetaReader.Device(body));
        var type = MetaReader.Required(body, "event_type") is { ValueKind: JsonValueKind.String } text && FrameEventType.IsValid(text.GetString()!)
            ? text.GetString()!
            : throw FrameRefusal.Field("event_type");
        double? confidence = null;
        if (body.TryGetProperty("confidence", out var share) && share.ValueKind != JsonValueKind.Null)
        {
            confidence = share.ValueKind == JsonValueKind.Number && share.TryGetDouble(out var value) && value is >= 0 and <= 1 ? value : throw FrameRefusal.Field("confidence");
        }

        var id = await events.AddReportedAsync(
            DeviceOf(context).Id, type, MetaReader.Instant(body, "event_ts"), confidence, MetaReader.Text(body, "note"), context.RequestAborted);
        return TypedResults.Ok(new DeviceEventReply(Ok: true, id.ToString()));
    }

    private static async Task<Ok<DeviceConfigReply>> ConfigAsync(HttpContext context, SettingTable settings, CaptureTable captures, TimeProvider clock)
    {
        var device = DeviceOf(context);
        IsItself(device, context.Request.Query["device_id"] is [{ Length: > 0 } asked] ? asked : throw FrameRefusal.Missing("device_id"));
        _ = await BodyAsync(context, 0);
        var setting = await settings.ReadAsync(device.Id, context.RequestAborted);
        var lastSeq = await captures.LastSeqAsync(device.Id, context.RequestAborted);
        await settings.MarkFetchedAsync(device.Id, context.RequestAborted);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new DeviceConfigReply(
            Ok: true, device.Id.Value, setting.Settings.Serve(now, setting.BurstUntil, setting.BurstId), setting.ConfigVersion, lastSeq, now));
    }

    /// <summary>Disabled devices and those that ask too much are refused, and every refusal gets the contract's shape.</summary>
    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        try
        {
            var device = DeviceOf(context);
            if (!device.IsEnabled)
            {
                throw new FrameRefusal(403, "device disabled");
            }

            if (!context.RequestServices.GetRequiredService<DeviceLimits>().TryRequest(device.Id))
            {
                throw new FrameRefusal(429, "rate limit exceeded");
            }

            using var turn = context.Request.Path == FrameContract.FramePath ? null : await context.RequestServices.GetRequiredService<DeviceLimits>().DatabaseAsync(context.RequestAborted);
            return await next(invocation);
        }
        catch (FrameRefusal refusal)
        {
            return Answer(context, refusal);
        }
        catch (BadHttpRequestException e)
        {
            return Answer(context, e.StatusCode == 413 ? FrameRefusal.TooLarge() : new FrameRefusal(e.StatusCode, "unreadable request"));
        }
        catch (NpgsqlException)
        {
            return Answer(context, new FrameRefusal(503, "database unavailable"));
        }
    }

    private static JsonHttpResult<FrameRefusalReply> Answer(HttpContext context, FrameRefusal refusal)
    {
        context.RequestServices.GetRequiredService<FrameCounters>().CountRefused(refusal.Status);
        if (refusal.Status is 429 or 503 or 507)
        {
            context.Response.Headers.RetryAfter = refusal.Status == 507 ? "30" : "2";
        }

        if (refusal.StoredSha256 is { } sha256)
        {
            context.Response.Headers[FrameContract.StoredSha256Header] = sha256;
        }

        return TypedResults.Json(new FrameRefusalReply(Ok: false, refusal.Message), statusCode: refusal.Status);
    }

    private static FrameDevice DeviceOf(HttpContext context) => context.Features.Get<FrameDevice>() ?? throw new FrameRefusal(401, FrameRefusal.WrongKey);

    /// <summary>A device's key speaks for that device alone.</summary>
    private static void IsItself(FrameDevice device, string named)
    {
        if (named != device.Id.Value)
        {
            throw new FrameRefusal(401, FrameRefusal.WrongKey);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context, int maxBytes)
    {
        var request = context.Request;
        if (request.ContentLength > maxBytes)
        {
            throw FrameRefusal.TooLarge();
        }

        var buffer = new byte[(int)(request.ContentLength ?? 0)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                // One byte more than allowed shows that there is more.
                if (request.ContentLength is not null || length > maxBytes)
                {
                    break;
                }

                Array.Resize(ref buffer, Math.Min(maxBytes + 1, Math.Max(16 * 1024, length * 2)));
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        if (length > maxBytes)
        {
            throw FrameRefusal.TooLarge();
        }

        var body = buffer.AsMemory(0, length);
        return context.Features.Get<SignedBody>() is not { } signed || signed.Sha256 == Convert.ToHexStringLower(SHA256.HashData(body.Span))
            ? body
            : throw new FrameRefusal(401, "signature does not match the body");
    }

    /// <summary>The device's age of the picture says when it was by the server's clock; else its date does, unless that is in the future.</summary>
    private static DateTimeOffset CapturedAt(HttpContext context, FrameMeta meta, DateTimeOffset receivedAt) =>
        context.Request.Headers[FrameContract.AgeHeader] is [{ } text]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ageMs) && ageMs <= OldestAge.TotalMilliseconds
            ? receivedAt - TimeSpan.FromMilliseconds(ageMs)
            : meta.CaptureTs < receivedAt ? meta.CaptureTs : receivedAt;

    private static RouteHandlerBuilder Refuses(RouteHandlerBuilder route, params int[] more)
    {
        foreach (var status in new[] { 400, 401, 403, 429, 503 }.Concat(more))
        {
            route.Produces<FrameRefusalReply>(status);
        }

        return route;
    }

    private sealed class RefusalWords : IRefusalWords
    {
        public IResult Refuse(HttpContext context) => Answer(context, context.Features.Get<FrameTrouble>() is { } trouble
            ? new FrameRefusal(trouble.Status, trouble.Error)
            : context.User.Identity?.IsAuthenticated == true ? new FrameRefusal(403, "not a device")
            : new FrameRefusal(401, FrameRefusal.WrongKey));
    }
}
