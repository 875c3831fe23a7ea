using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Operations;
using Rig.Ingest.Security;

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
        var rest = RestCommands.OfThisProcess(
            () => server.Features.Get<IServerAddressesFeature>()?.Addresses,
            services.GetRequiredService<ActorSystem>().Scheduler,
            TransportSecurity.OwnCertificate(services.GetRequiredService<IOptions<SecurityOptions>>().Value));
        palette
            .Add("jobs", rest.Call("/api/v1/sessions", null, answer => answer["sessions"]!.AsArray().SelectMany(Stages)))
            .Add("offload list", rest.Call("/api/v1/sessions", null, answer => answer["sessions"]!.AsArray().SelectMany(Takes)))
            .Add("offload pause", rest.Call("/api/v1/offload/pause", _ => [], Whole))
            .Add("offload resume", rest.Call("/api/v1/offload/resume", _ => [], Whole))
            .Add("offload retry", rest.Call("/api/v1/offload/retry", arguments => Given(arguments, ("job", "recording_id")), Whole))
            .Add("offload verify", rest.Call("/api/v1/offload/verify", arguments => Given(arguments, ("session", "session_id"), ("camera", "camera_id")), answer => answer["takes"]!.AsArray()));
    }

    private static IEnumerable<JsonNode?> Whole(JsonNode answer) => [answer];

    /// <summary>A body of the arguments that were given, under the names of the REST route.</summary>
    private static JsonObject Given(CommandArguments arguments, params (string Argument, string Field)[] fields)
    {
        var body = new JsonObject();
        foreach (var (argument, field) in fields)
        {
            if (arguments.Text(argument) is { } text)
            {
                body[field] = text;
            }
        }

        return body;
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
