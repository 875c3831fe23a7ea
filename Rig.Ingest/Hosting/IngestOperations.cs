using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Hosting.Operations;
using Rig.Ingest.Api;
using Rig.Ingest.Pull;
using Rig.Ingest.Status;
using Rig.Ingest.Storage;

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
        var (actors, board) = (services.GetRequiredService<IngestActors>(), services.GetRequiredService<TransferBoard>());
        var (reader, verification) = (services.GetRequiredService<StatusReader>(), services.GetRequiredService<SessionVerification>());
        var takes = services.GetRequiredService<TakeStore>();
        var routes = new RouteCommands(services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions, Refusal);
        palette
            .Add("jobs", Sessions(Stages))
            .Add("jobs cancel", Asked(session => new PipelineProtocol.CancelStage(session, "rigctl")))
            .Add("jobs retry", Asked(session => new PipelineProtocol.RetrySession(session)))
            .Add("offload list", Sessions(Takes))
            .Add("offload pause", routes.Call(async (_, ct) => await OffloadRoutes.SetPausedAsync(actors, true, ct), Whole))
            .Add("offload resume", routes.Call(async (_, ct) => await OffloadRoutes.SetPausedAsync(actors, false, ct), Whole))
            .Add("offload retry", routes.Call(async (given, ct) => await OffloadRoutes.RetryAsync(given.Text("job"), board, actors, ct), Whole))
            .Add("offload verify", routes.Call(async (given, ct) => await OffloadRoutes.VerifyAsync(given.Text("session"), given.Text("camera"), verification, ct), answer => answer["takes"]!.AsArray()));

        CommandHandler Asked(Func<SessionId, PipelineProtocol.IWithSessionId> question) =>
            routes.Call(async (given, ct) => await SessionRoutes.AskAsync(takes, actors, given.Text("session"), question, ct), Whole);

        CommandHandler Sessions(Func<JsonNode?, IEnumerable<JsonNode?>> rows) => routes.Call(
            async (_, ct) => TypedResults.Ok(new SessionListView(await reader.SessionsAsync(NewestSessions, offset: 0, ct))),
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
