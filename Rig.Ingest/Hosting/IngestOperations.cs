using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rig.Actors.Hosting;
using Rig.Actors.Operations;

namespace Rig.Ingest.Hosting;

/// <summary>What operators can ask of the home server beyond what every program answers.</summary>
public static class IngestOperations
{
    private const string TokenPath = "/data/soccer-rig/operations-token";

    public static IServiceCollection AddIngestOperations(this IServiceCollection services) =>
        services.AddOperations(TokenPath, _ => "ingest", AddCommands);

    private static void AddCommands(OperatorPalette palette, IServiceProvider services)
    {
        var server = services.GetRequiredService<IServer>();
        var rest = RestCommands.OfThisProcess(() => server.Features.Get<IServerAddressesFeature>()?.Addresses, services.GetRequiredService<ActorSystem>().Scheduler);
        palette
            .Add("jobs", rest.Call("/api/v1/sessions", null, answer => answer["sessions"]!.AsArray().SelectMany(Stages)))
            .Add("offload list", rest.Call("/api/v1/sessions", null, answer => answer["sessions"]!.AsArray().SelectMany(Takes)));
    }

    /// <summary>A row for each stage that has begun, or one for a session that still receives.</summary>
    private static IEnumerable<JsonNode?> Stages(JsonNode? session)
    {
        var begun = session!["stages"]!.AsArray().Where(stage => (string?)stage!["status"] != "waiting").ToList();
        return begun.Count == 0
            ? [Row(session, session, "session_id", "status")]
            : begun.Select(stage => Row(session, stage!, "session_id", "stage", "status", "attempts", "progress", "message", "error"));
    }

    private static IEnumerable<JsonNode?> Takes(JsonNode? session) => session!["takes"]!.AsArray()
        .Select(take => Row(session, take!, "session_id", "camera_id", "take", "status", "size_bytes", "received_bytes", "verified", "confirmed", "failures", "error"));

    private static JsonObject Row(JsonNode session, JsonNode part, params string[] names) =>
        new(names.Select(name => KeyValuePair.Create(name, (name == "session_id" ? session : part)[name]?.DeepClone())));
}
