using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Operations;

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
        var rest = RestCommands.OfThisProcess(() => server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses);
        palette
            .Add("rig status", rest.Call("/api/v1/coordinator/status", null, Whole))
            .Add("rig preflight", rest.Call("/api/v1/coordinator/preflight", null, answer => answer["checks"]!.AsArray()))
            .Add("rig start", rest.Call("/api/v1/coordinator/start", Session, Whole))
            .Add("rig stop", rest.Call("/api/v1/coordinator/stop", _ => [], Whole))
            .Add("offload list", rest.Call("/api/v1/recordings", null, answer => answer["recordings"]!.AsArray().Select(Take)));
    }

    private static IEnumerable<JsonNode?> Whole(JsonNode answer) => [answer];

    private static JsonObject Session(CommandArguments arguments) => arguments.Text("session") is { } session ? new JsonObject { ["session_id"] = session } : [];

    private static JsonNode? Take(JsonNode? recording) => recording is JsonObject fields
        ? new JsonObject(((string[])["id", "created", "size_mb", "duration_sec", "offloaded", "offload_confirmed_at"]).Select(name => KeyValuePair.Create(name, fields[name]?.DeepClone())))
        : null;
}
