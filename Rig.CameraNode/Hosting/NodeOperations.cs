using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Actors.Transfer;
using Rig.CameraNode.Api;
using Rig.CameraNode.Control;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Hosting.Http;
using Rig.Hosting.Operations;

namespace Rig.CameraNode.Hosting;

/// <summary>What operators can ask of a camera node beyond what every program answers.</summary>
internal static class NodeOperations
{
    private const string TokenPath = "/var/lib/rig-node/operations-token";

    public static IServiceCollection AddNodeOperations(this IServiceCollection services) =>
        services.AddOperations(TokenPath, provider => provider.GetRequiredService<IOptions<NodeOptions>>().Value.CameraId, AddCommands);

    private static void AddCommands(OperatorPalette palette, IServiceProvider services)
    {
        var json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var (node, status, clock) = (services.GetRequiredService<INodeControl>(), services.GetRequiredService<StatusReader>(), services.GetRequiredService<MasterClock>());
        var (offload, published) = (services.GetRequiredService<IOptionsMonitor<UploadOptions>>(), services.GetRequiredService<RecordingCatalogue>());
        var routes = new RouteCommands(json, Refusal);
        palette
            .Add("rig status", routes.Call((_, _) => Task.FromResult(Results.Json(status.Rig())), answer => answer["cameras"]!.AsArray().Select(Camera)))
            .Add("rig preflight", routes.Call((_, _) => Task.FromResult(Results.Json(CoordinatorApi.Preflight(status))), answer => answer["checks"]!.AsArray()))
            .Add("rig start", routes.Call((given, ct) => CoordinatorApi.StartAsync(given.Text("session"), null, node, status, clock, ct), Whole))
            .Add("rig stop", routes.Call((_, ct) => CoordinatorApi.StopAsync(null, node, status, ct), Whole))
            .Add("offload list", routes.Call(async (_, ct) => Results.Json((await node.CatalogueAsync(published, ct)).Takes.Select(RecordingsApi.Of)), answer => answer.AsArray().Select(Take)))
            .Add("offload pause", routes.Call(async (_, ct) => Results.Json(await OffloadApi.PauseAsync(true, node, offload, ct)), Queue))
            .Add("offload resume", routes.Call(async (_, ct) => Results.Json(await OffloadApi.PauseAsync(false, node, offload, ct)), Queue))
            .Add("offload retry", routes.Call(async (given, ct) => Results.Json(await OffloadApi.RetryAsync(given.Text("job"), node, ct)), Whole));
    }

    /// <summary>As <see cref="ApiError.UseApiErrors"/> answers the same exceptions.</summary>
    private static string? Refusal(Exception failure) => failure switch
    {
        ApiException refused => refused.Message,
        TimeoutException => "The camera did not answer in time. Try again in a moment.",
        _ => null,
    };

    private static IEnumerable<JsonNode?> Whole(JsonNode answer) => [answer];

    private static IEnumerable<JsonNode?> Queue(JsonNode answer) => [Fields(answer, "paused", "pending", "completed", "failed", "remaining_bytes")];

    private static JsonNode? Camera(JsonNode? camera)
    {
        var row = Fields(camera, "camera_id", "status", "ready", "offset_ms", "confidence", "recording_minutes", "temperature_c");
        row["session_id"] = camera!["recording"] is JsonObject recording ? recording["session_id"]?.DeepClone() : null;
        row["problems"] = string.Join(' ', (camera["problems"] as JsonArray ?? []).Select(problem => (string?)problem?["message"]));
        return row;
    }

    private static JsonNode Take(JsonNode? recording) => Fields(recording, "id", "created", "size_mb", "duration_sec", "offloaded", "offload_confirmed_at");

    private static JsonObject Fields(JsonNode? item, params string[] names) => new(names.Select(name => KeyValuePair.Create(name, item![name]?.DeepClone())));
}
