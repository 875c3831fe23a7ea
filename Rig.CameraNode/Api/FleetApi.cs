using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Control;
using Rig.CameraNode.Peers;
using Rig.CameraNode.SelfTest;
using Rig.CameraNode.Status;
using Rig.Domain.Messages;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>The same of every camera at once: list recordings, read clocks, test. Cameras that do not answer are named, never an error of the whole.</summary>
internal sealed class FleetApi(PeerList peers, PeerCalls calls, IOptions<JsonOptions> json)
{
    private static readonly TimeSpan ClockTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Beyond the recording itself: starting, sealing, decoding every frame on a slow machine.</summary>
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(60);

    public static void Map(IEndpointRouteBuilder api)
    {
        var coordinator = api.MapGroup("/coordinator").WithTags("Rig").Allow(Roles.Operator);
        coordinator.MapGetAndHead("/recordings", (FleetApi fleet, INodeControl node, RecordingCatalogue published, CancellationToken cancellationToken) => fleet.RecordingsAsync(node, published, cancellationToken))
            .WithSummary("The takes of every camera.");
        coordinator.MapPost("/sync", async (HttpRequest request, FleetApi fleet, INodeControl node, StatusReader status, CancellationToken cancellationToken) =>
        {
            await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await fleet.SyncAsync(node, status, cancellationToken);
        }).WithSummary("Every camera reads its clock now.");
        coordinator.MapPost("/test", async (HttpRequest request, FleetApi fleet, SelfTestRunner test, StatusReader status, PublishedNode published, CancellationToken cancellationToken) =>
        {
            var seconds = SelfTestApi.SecondsOf(await RequestBody.ReadObjectAsync(request, cancellationToken));
            var recording = status.RigView().View.Cameras.Where(c => c is { Online: true, Report.Phase: not NodePhase.Idle }).Select(c => c.CameraId.Value).ToList();
            return published.IsRecording || recording.Count > 0
                ? throw new ApiException(StatusCodes.Status409Conflict, $"No test while recording ({string.Join(", ", recording)}). Stop first.")
                : await fleet.TestAsync(test, seconds, cancellationToken);
        }).WithSummary("Every camera tests itself.").TakesJson<SelfTestWanted>().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status500InternalServerError);
    }

    private async Task<FleetRecordings> RecordingsAsync(INodeControl node, RecordingCatalogue published, CancellationToken cancellationToken)
    {
        var cameras = await OfAllAsync(
            async () => new PeerAnswer(true, Json(new RecordingList([.. (await node.CatalogueAsync(published, cancellationToken)).Takes.Select(RecordingsApi.Of)])), null),
            peer => calls.GetAsync(peer, "/api/v1/recordings", cancellationToken),
            answer => answer is { Succeeded: true, Body: { } body } && body["recordings"] is JsonArray list ? list.DeepClone() : Failed(answer));
        var takes = cameras.Select(c => c.Value).OfType<JsonArray>().SelectMany(list => list).ToList();
        return new FleetRecordings(
            takes.Count,
            Math.Round(takes.Sum(take => take is JsonObject t && t["size_mb"] is JsonValue size && size.TryGetValue<double>(out var mb) ? mb : 0), 2),
            new JsonObject(cameras));
    }

    private async Task<FleetClocks> SyncAsync(INodeControl node, StatusReader status, CancellationToken cancellationToken)
    {
        var cameras = await OfAllAsync(
            async () =>
            {
                try
                {
                    var read = await node.AskCameraAsync(new SyncProtocol.ReadClockNow(), ClockTimeout, cancellationToken);
                    return new PeerAnswer(true, Json(new ClockRead(true, status.Sync(read as SyncStatus))), null);
                }
                catch (TimeoutException)
                {
                    return new PeerAnswer(false, null, "This camera's clock did not answer in time.");
                }
            },
            peer => calls.PostAsync(peer, "/api/v1/sync/trigger", [], ClockTimeout, cancellationToken),
            answer => answer is { Succeeded: true, Body: { } body } ? body.DeepClone() : Failed(answer));
        var success = cameras.All(c => c.Value is JsonObject camera && camera["success"] is JsonValue value && value.TryGetValue<bool>(out var done) && done);
        return new FleetClocks(success, new JsonObject(cameras));
    }

    private async Task<FleetTest> TestAsync(SelfTestRunner test, double seconds, CancellationToken cancellationToken)
    {
        var duration = TimeSpan.FromSeconds(seconds);
        var cameras = await OfAllAsync(
            async () => await test.RunAsync(duration) is { } result
                ? new PeerAnswer(result.Passed, Json(result), null)
                : new PeerAnswer(false, null, "A self-test runs already."),
            peer => calls.PostAsync(peer, "/api/v1/selftest", new JsonObject { ["duration_sec"] = seconds }, duration + TestTimeout, cancellationToken),

            // A test that failed is told as it is; a test that did not run gets the same form.
            answer => answer.Body is { } body && body["passed"] is JsonValue ? body.DeepClone()
                : new JsonObject { ["passed"] = false, ["errors"] = new JsonArray(Failed(answer)["error"]!.DeepClone()) });
        var failed = cameras.Where(c => !(c.Value is JsonObject camera && camera["passed"] is JsonValue value && value.TryGetValue<bool>(out var passed) && passed)).Select(c => c.Key).ToList();
        return failed.Count == 0
            ? new FleetTest(true, true, new JsonObject(cameras))
            : throw new ApiException(StatusCodes.Status500InternalServerError, $"The test failed on {string.Join(" and ", failed)}.", new JsonObject { ["all_passed"] = false, ["cameras"] = new JsonObject(cameras) });
    }

    private async Task<List<KeyValuePair<string, JsonNode?>>> OfAllAsync(Func<Task<PeerAnswer>> here, Func<Peer, Task<PeerAnswer>> there, Func<PeerAnswer, JsonNode> tell) =>
    [
        .. await Task.WhenAll(peers.List().Select(async peer =>
            KeyValuePair.Create(peer.CameraId.Value, (JsonNode?)tell(await (peer.IsLocal ? here() : there(peer)))))),
    ];

    private static JsonObject Failed(PeerAnswer answer) => new()
    {
        ["success"] = false,
        ["error"] = answer.Error ?? (answer.Body?["error"] is JsonValue error && error.TryGetValue<string>(out var text) ? text : UnexpectedAnswer.Of("camera")),
    };

    private JsonObject Json(object value) => (JsonObject)JsonSerializer.SerializeToNode(value, json.Value.SerializerOptions)!;
}

/// <param name="Cameras">By camera id: its list of recordings, of whatever version it runs, or success and error.</param>
internal sealed record FleetRecordings(int TotalCount, double TotalSizeMb, JsonObject Cameras);

/// <param name="Cameras">By camera id: what its <c>/sync/trigger</c> answered, or success and error.</param>
internal sealed record FleetClocks(bool Success, JsonObject Cameras);

/// <param name="Cameras">By camera id: what its <c>/selftest</c> answered, or passed and errors.</param>
internal sealed record FleetTest(bool Success, bool AllPassed, JsonObject Cameras);
