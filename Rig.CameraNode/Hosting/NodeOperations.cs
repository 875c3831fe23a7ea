using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Operations;
using Rig.CameraNode.Settings;

namespace Rig.CameraNode.Hosting;

/// <summary>What operators can ask of a camera node beyond what every program answers.</summary>
internal static class NodeOperations
{
    private const string TokenPath = "/var/lib/rig-node/operations-token";

    public static IServiceCollection AddNodeOperations(this IServiceCollection services) =>
        services.AddOperations(TokenPath, provider => provider.GetRequiredService<IOptions<NodeOptions>>().Value.CameraId, AddCommands);

    private static void AddCommands(OperatorPalette palette, IServiceProvider services)
    {
        var server = services.GetRequiredService<IServer>();
        var rest = RestCommands.OfThisProcess(() => server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses, services.GetRequiredService<ActorSystem>().Scheduler);
        palette
            .Add("rig status", rest.Call("/api/v1/coordinator/status", null, answer => answer["cameras"]!.AsArray().Select(Camera)))
            .Add("rig preflight", rest.Call("/api/v1/coordinator/preflight", null, answer => answer["checks"]!.AsArray()))
            .Add("rig start", rest.Call("/api/v1/coordinator/start", Session, Whole))
            .Add("rig stop", rest.Call("/api/v1/coordinator/stop", _ => [], Whole))
            .Add("offload list", rest.Call("/api/v1/recordings", null, answer => answer["recordings"]!.AsArray().Select(Take)))
            .Add("offload pause", rest.Call("/api/v1/offload/pause", _ => [], Queue))
            .Add("offload resume", rest.Call("/api/v1/offload/resume", _ => [], Queue))
            .Add("offload retry", rest.Call("/api/v1/offload/retry", Job, Whole));
    }

    private static IEnumerable<JsonNode?> Whole(JsonNode answer) => [answer];

    private static JsonObject Session(CommandArguments arguments) => arguments.Text("session") is { } session ? new JsonObject { ["session_id"] = session } : [];

    private static JsonObject Job(CommandArguments arguments) => arguments.Text("job") is { } job ? new JsonObject { ["job_id"] = job } : [];

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
