using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Hosting.Http;
using Rig.Hosting.Operations;
using Rig.Ingest.Pull;
using Rig.Ingest.Status;

namespace Rig.Ingest.Hosting;

/// <summary>What operators can ask of the home server beyond what every program answers.</summary>
public static class IngestOperations
{
    private const string TokenPath = "/data/soccer-rig/operations-token";
    private const int NewestSessions = 50;

    public static IServiceCollection AddIngestOperations(this IServiceCollection services) =>
        services.AddOperations(TokenPath, _ => "ingest", AddCommands);

    private static void AddCommands(OperatorPalette palette, IServiceProvider services)
    {
        var (offload, reader) = (services.GetRequiredService<OffloadApi>(), services.GetRequiredService<StatusReader>());
        var routes = new RouteCommands(services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions, Refusal);
        palette
            .Add("jobs", Sessions(Stages))
            .Add("offload list", Sessions(Takes))
            .Add("offload pause", routes.Call((_, ct) => offload.SetPausedAsync(true, ct), Whole))
            .Add("offload resume", routes.Call((_, ct) => offload.SetPausedAsync(false, ct), Whole))
            .Add("offload retry", routes.Call((given, ct) => offload.RetryAsync(given.Text("job"), ct), Whole))
            .Add("offload verify", routes.Call((given, ct) => offload.VerifyAsync(given.Text("session"), given.Text("camera"), ct), answer => answer["takes"]!.AsArray()));

        CommandHandler Sessions(Func<JsonNode?, IEnumerable<JsonNode?>> rows) => routes.Call(
            async (_, ct) => Results.Json(JsonSerializer.SerializeToNode(new SessionListView(await reader.SessionsAsync(NewestSessions, offset: 0, ct)), StatusJson.Default.SessionListView)),
            answer => answer["sessions"]!.AsArray().SelectMany(rows));
    }

    /// <summary>As the routes answer the same exceptions.</summary>
    private static string? Refusal(Exception failure) => failure switch
    {
        ApiException refused => refused.Message,
        AskTimeoutException => "The server's transfers did not answer in time. Try again in a moment.",
        _ => null,
    };

    private static IEnumerable<JsonNode?> Whole(JsonNode answer) => [answer];

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
