using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Rig.Domain.Frames;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Api;

namespace Rig.Ingest.Frames;

/// <summary>What people see and set of still-frame cameras. docs/guide/frames.md.</summary>
internal static class AdminRoutes
{
    private const string Root = "/api/v1/admin";
    private const int MaxNameLength = 100;
    private const int MaxNoteLength = 500;

    public static void MapFrameAdmin(this WebApplication app)
    {
        var people = app.MapGroup(Root).Allow(Roles.Owner, Roles.Member);
        people.MapGetAndHead("/dashboard", async (FrameBoard board, CancellationToken cancellationToken) => TypedResults.Ok(await board.DashboardAsync(cancellationToken)));
        people.MapGetAndHead("/metrics/{part}", MetricsAsync).Produces<object>().ProducesProblem(404);
        people.MapGetAndHead("/devices", async (FrameBoard board, CancellationToken cancellationToken) => TypedResults.Ok(new FrameDeviceListView(await board.DevicesAsync(cancellationToken))));
        people.MapGetAndHead("/devices/{id}", DeviceAsync).ProducesProblem(404);
        people.MapGetAndHead("/devices/{id}/frame", CurrentFrameAsync).Produces(200, contentType: "image/jpeg").ProducesProblem(404);
        people.MapGetAndHead("/events", EventsAsync).ProducesProblem(400);
        people.MapGetAndHead("/events/{id}", EventAsync).ProducesProblem(404);
        people.MapGetAndHead("/events/{id}/images/{role}", ImageAsync).Produces(200, contentType: "image/jpeg").ProducesProblem(404);
        people.MapGetAndHead("/captures", CapturesAsync).ProducesProblem(400);
        people.MapGetAndHead("/jobs/dead", async (JobQueue queue, CancellationToken cancellationToken) => TypedResults.Ok(new DeadJobListView(await queue.DeadAsync(100, cancellationToken))));

        Steers(app.MapPost(Root + "/devices", AddAsync), 409).Produces<DeviceKeyReply>(201);
        Steers(app.MapPost(Root + "/devices/{id}", ChangeAsync), 404);
        Steers(app.MapPost(Root + "/devices/{id}/rotate-key", RotateAsync), 404);
        Steers(app.MapPost(Root + "/devices/{id}/config", ConfigAsync), 404);
        Steers(app.MapPost(Root + "/devices/{id}/rois", RegionsAsync), 404);
        Steers(app.MapPost(Root + "/events/{id}", NoteAsync), 404);
        Steers(app.MapPost(Root + "/jobs/{id}/requeue", RequeueAsync), 404);
    }

    private static async Task<IResult> MetricsAsync(string part, FrameBoard board, CancellationToken cancellationToken)
    {
        var all = await board.DashboardAsync(cancellationToken);
        return part switch
        {
            "ingest" => TypedResults.Ok(all.Ingest),
            "queue" => TypedResults.Ok(all.Queue),
            "database" => TypedResults.Ok(all.Database),
            "system" => TypedResults.Ok(all.System),
            "captures_daily" => TypedResults.Ok(all.CapturesDaily),
            _ => throw new ApiException(404, "There are figures for ingest, queue, database, system and captures_daily."),
        };
    }

    private static async Task<Ok<FrameDeviceDetailView>> DeviceAsync(string id, FrameBoard board, CancellationToken cancellationToken) =>
        TypedResults.Ok(await board.DeviceAsync(Device(id), cancellationToken) ?? throw NoDevice(id));

    private static async Task<IResult> CurrentFrameAsync(HttpResponse response, string id, EventTable events, FrameFiles files, CancellationToken cancellationToken) =>
        await PictureAsync(response, files, await events.NewestPictureAsync(Device(id), cancellationToken), "The device has no picture here, or not yet.", cancellationToken);

    private static async Task<IResult> ImageAsync(HttpResponse response, string id, string role, EventTable events, FrameFiles files, CancellationToken cancellationToken) =>
        await PictureAsync(response, files, await events.ImageAsync(Id(id), role, cancellationToken), "The event has no such picture, or no longer.", cancellationToken);

    private static async Task<Ok<FrameEventListView>> EventsAsync(HttpRequest request, EventTable events, CancellationToken cancellationToken)
    {
        DateTimeOffset? before = null;
        if (request.Query["before"].ToString() is { Length: > 0 } text)
        {
            before = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
                ? instant
                : throw new ApiException(400, "before must be an instant, such as 2026-12-01T10:00:00Z.");
        }

        return TypedResults.Ok(new FrameEventListView(await events.ListAsync(
            new EventFilter(Number(request, "limit", 20, 200), Asked(request, "device_id"), Asked(request, "event_type"), before), cancellationToken)));
    }

    private static async Task<Ok<FrameEventDetailView>> EventAsync(string id, EventTable events, CancellationToken cancellationToken) =>
        TypedResults.Ok(await events.FindAsync(Id(id), cancellationToken) ?? throw new ApiException(404, "There is no such event here."));

    private static async Task<Ok<CaptureListView>> CapturesAsync(HttpRequest request, EventTable events, CancellationToken cancellationToken) =>
        TypedResults.Ok(new CaptureListView(await events.CapturesAsync(Number(request, "limit", 5, 500), Asked(request, "device_id"), cancellationToken)));

    private static async Task<JsonHttpResult<DeviceKeyReply>> AddAsync(HttpRequest request, DeviceTable devices, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var id = Device(body.Text("device_id") ?? throw new ApiException(400, "'device_id' is missing."));
        var name = Short(body.Text("display_name") ?? id.Value, "display_name", MaxNameLength)!;
        return await devices.AddAsync(id, name, cancellationToken) is { } key
            ? TypedResults.Json(new DeviceKeyReply(id.Value, key, null), statusCode: 201)
            : throw new ApiException(409, $"There is a device '{id}' already.");
    }

    private static async Task<Ok<FrameOkReply>> ChangeAsync(HttpRequest request, string id, DeviceTable devices, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        return await devices.ChangeAsync(
            Device(id), Short(body.Text("display_name"), "display_name", MaxNameLength), Flag(body, "is_enabled"), Flag(body, "requires_signature"), Short(body.Text("notes"), "notes", MaxNoteLength), cancellationToken)
            ? TypedResults.Ok(new FrameOkReply(Ok: true))
            : throw NoDevice(id);
    }

    private static async Task<Ok<DeviceKeyReply>> RotateAsync(HttpRequest request, string id, DeviceTable devices, IOptions<FrameOptions> options, TimeProvider clock, CancellationToken cancellationToken)
    {
        _ = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var overlap = options.Value.KeyOverlap;
        return await devices.RotateKeyAsync(Device(id), overlap, cancellationToken) is { } key
            ? TypedResults.Ok(new DeviceKeyReply(id, key, clock.GetUtcNow() + overlap))
            : throw NoDevice(id);
    }

    /// <summary>What the body does not name stays as it is.</summary>
    private static async Task<Ok<VersionReply>> ConfigAsync(HttpContext context, string id, FrameBoard board, SettingTable table, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request, cancellationToken);
        var current = await board.DeviceAsync(Device(id), cancellationToken) ?? throw NoDevice(id);
        var merged = JsonSerializer.SerializeToNode(current.Settings, SettingsJson.Default.DeltaSettings)!.AsObject();
        foreach (var field in body.EnumerateObject())
        {
            merged[field.Name] = JsonSerializer.SerializeToNode(field.Value, FramesJson.Default.JsonElement);
        }

        var settings = Read(merged.ToJsonString(), SettingsJson.Default.DeltaSettings);
        return settings.Errors().ToList() is { Count: > 0 } errors
            ? throw new ApiException(400, string.Join(' ', errors))
            : TypedResults.Ok(new VersionReply(await table.WriteAsync(Device(id), settings, context.User.Identity?.Name ?? "", cancellationToken)));
    }

    private static async Task<Ok<VersionReply>> RegionsAsync(HttpContext context, string id, FrameBoard board, SettingTable table, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request, cancellationToken);
        _ = await board.DeviceAsync(Device(id), cancellationToken) ?? throw NoDevice(id);
        var regions = Read(body.GetRawText(), SettingsJson.Default.RegionSet);
        if (regions is not { Interaction: not null, Inventory: not null, Ignore: not null } || regions.Ignore.Count > RegionSet.MaxIgnored
            || regions.Ignore.Append(regions.Interaction).Append(regions.Inventory).Any(region => region is null || !region.IsValid))
        {
            throw new ApiException(400, $"A region is x, y, w and h in shares of the picture, 0 to 1, within it; 'interaction' and 'inventory' are one each, 'ignore' a list of up to {RegionSet.MaxIgnored}.");
        }

        return TypedResults.Ok(new VersionReply(await table.WriteAsync(Device(id), regions, context.User.Identity?.Name ?? "", cancellationToken)));
    }

    private static async Task<Ok<FrameOkReply>> NoteAsync(HttpRequest request, string id, EventTable events, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        return await events.NoteAsync(Id(id), Short(body.Text("operator_note"), "operator_note", MaxNoteLength), cancellationToken)
            ? TypedResults.Ok(new FrameOkReply(Ok: true))
            : throw new ApiException(404, "There is no such event here.");
    }

    private static async Task<Ok<FrameOkReply>> RequeueAsync(HttpRequest request, string id, JobQueue queue, CancellationToken cancellationToken)
    {
        _ = await RequestBody.ReadObjectAsync(request, cancellationToken);
        return long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var job) && await queue.RequeueAsync(job, cancellationToken)
            ? TypedResults.Ok(new FrameOkReply(Ok: true))
            : throw new ApiException(404, "There is no such dead job.");
    }

    private static async Task<IResult> PictureAsync(HttpResponse response, FrameFiles files, string? uri, string none, CancellationToken cancellationToken)
    {
        if (uri is null || await files.ReadAsync(uri, cancellationToken) is not { } jpeg)
        {
            throw new ApiException(404, none);
        }

        // The person's browser may keep it, and asks each time whether it still may show it.
        response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Bytes(jpeg, "image/jpeg");
    }

    private static T Read<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new ApiException(400, "The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ApiException(400, $"The body has a member that is not known or not of its kind{(e.Path is { } path ? $" ({path})" : "")}.");
        }
    }

    private static DeviceId Device(string id) => DeviceId.TryParse(id, out var device)
        ? device
        : throw new ApiException(400, "A device id is 1 to 64 letters, digits, '-' or '_', starting with a letter or digit, such as pi-cam-1.");

    private static Guid Id(string id) => Guid.TryParse(id, out var parsed) ? parsed : throw new ApiException(404, "There is no such event here.");

    private static bool? Flag(JsonElement body, string name) => !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null
        ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new ApiException(400, $"'{name}' must be true or false.");

    private static string? Short(string? text, string name, int most) => text is null || (text.Length <= most && !text.Contains('\0', StringComparison.Ordinal))
        ? text
        : throw new ApiException(400, $"'{name}' must have at most {most} characters.");

    private static string? Asked(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? Short(text.Replace("\0", "", StringComparison.Ordinal), name, MaxNameLength) : null;

    private static int Number(HttpRequest request, string name, int fallback, int most) =>
        request.Query[name].ToString() is not { Length: > 0 } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw new ApiException(400, $"{name} must be a number from 1 to {most}.");

    private static ApiException NoDevice(string id) => new(404, $"There is no device '{id}' here.");

    private static RouteHandlerBuilder Steers(RouteHandlerBuilder route, int more) => route.ForOwner().ProducesProblem(400).ProducesProblem(more);
}
