using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Timing;
using Rig.CameraNode.Control;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Hosting.Http;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.CameraNode.Api;

/// <summary>Starts, stops and shows the whole rig, from any of its nodes.</summary>
internal static class CoordinatorApi
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void MapCoordinator(this IEndpointRouteBuilder api)
    {
        var coordinator = api.MapGroup("/coordinator");
        coordinator.MapGet("/status", (StatusReader status) => status.Rig());
        coordinator.MapGet("/session", (StatusReader status) => new { Session = status.RigView().View.Session is { } session ? StatusReader.Of(session) : null });
        coordinator.MapGet("/sessions", async (INodeControl node, CancellationToken cancellationToken) =>
            await node.AskCoordinatorAsync(new GetSessions(), Patience, cancellationToken) is SessionList list
                ? Results.Json(new { Sessions = list.Sessions.Select(StatusReader.Of) })
                : ApiError.Of(StatusCodes.Status503ServiceUnavailable, "The rig has no coordinator right now. Try again in a moment."));
        coordinator.MapMethods("/preflight", ["GET", "POST"], (StatusReader status) => Preflight(status));
        coordinator.MapPost("/start", async (HttpRequest request, INodeControl node, StatusReader status, MasterClock clock, IOptions<JsonOptions> json, CancellationToken cancellationToken) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await StartAsync(body.Text("session_id"), body.Text("request_id"), node, status, clock, json.Value.SerializerOptions, cancellationToken);
        });
        coordinator.MapPost("/stop", async (HttpRequest request, INodeControl node, StatusReader status, IOptions<JsonOptions> json, CancellationToken cancellationToken) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await StopAsync(body.Text("request_id"), node, status, json.Value.SerializerOptions, cancellationToken);
        });
    }

    /// <summary>Starts a session on all cameras, or on this one where no coordinator is in reach.</summary>
    /// <param name="sessionName">Null makes one from the clock.</param>
    /// <param name="request">The same again gets the same answer; null for a new one.</param>
    internal static async Task<IResult> StartAsync(
        string? sessionName, string? request, INodeControl node, StatusReader status, MasterClock clock, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        var session = RecordApi.SessionIdOf(sessionName);
        var requestId = RequestIdOf(request);
        if (status.RigView().Age is null)
        {
            // No coordinator in reach: this camera records by itself rather than nobody at all.
            var now = clock.MasterNow;
            return await RecordApi.StartThisCameraAsync(node, status.CameraId, session ?? SessionId.FromMasterTime(now), now, cancellationToken);
        }

        return await node.AskCoordinatorAsync(new StartSession(requestId, session), Patience, cancellationToken) switch
        {
            SessionStarted started => Results.Json(new
            {
                Success = true,
                SessionId = started.Session.SessionId.Value,
                ScheduledStart = started.Session.ScheduledStart,
                started.Session.StartSpreadMs,
                Cameras = CamerasOf(started.Session, json),
                Message = started.Session.Cameras.Where(c => c.Problem is not null).ToList() is { Count: > 0 } problems
                    ? $"Recording, but not with every camera. {string.Join(" ", problems.Select(c => c.Problem))}"
                    : "All cameras record.",
                Session = StatusReader.Of(started.Session),
            }),
            SessionRefused refused => Refusal(refused),
            _ => ApiError.Of(StatusCodes.Status500InternalServerError, "The coordinator gave an answer that makes no sense here."),
        };
    }

    internal static async Task<IResult> StopAsync(string? request, INodeControl node, StatusReader status, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        var requestId = RequestIdOf(request);
        if (status.RigView().Age is null)
        {
            return await node.AskCameraAsync(new RecordingProtocol.StopTake(null), Patience, cancellationToken) switch
            {
                RecordingProtocol.TakeFinished finished => Results.Json(new { Success = true, SessionId = finished.RecordingId.SessionId.Value, Message = "This camera stopped. The others are not in reach." }),
                RecordingProtocol.TakeRefused refused => RecordApi.Refusal(refused),
                _ => ApiError.Of(StatusCodes.Status500InternalServerError, "The camera gave an answer that makes no sense here."),
            };
        }

        return await node.AskCoordinatorAsync(new StopSession(requestId), Patience, cancellationToken) switch
        {
            SessionStopped stopped => Results.Json(new
            {
                Success = true,
                SessionId = stopped.Session.SessionId.Value,
                stopped.Session.StoppedAt,
                Cameras = CamerasOf(stopped.Session, json),
                Message = stopped.Session.Cameras.Where(c => c.Problem is not null).ToList() is { Count: > 0 } problems
                    ? $"Stopped, but not cleanly everywhere. {string.Join(" ", problems.Select(c => c.Problem))}"
                    : "All cameras stopped and closed their recordings.",
                Session = StatusReader.Of(stopped.Session),
            }),
            SessionRefused refused => Refusal(refused),
            _ => ApiError.Of(StatusCodes.Status500InternalServerError, "The coordinator gave an answer that makes no sense here."),
        };
    }

    private static JsonObject CamerasOf(SessionView session, JsonSerializerOptions options)
    {
        var cameras = new JsonObject();
        foreach (var camera in session.Cameras)
        {
            cameras[camera.CameraId.Value] = JsonSerializer.SerializeToNode(
                new
                {
                    Success = camera.Part is CameraPart.Recording or CameraPart.Stopped,
                    Status = camera.Part.ToString().ToLowerInvariant(),
                    RecordingId = camera.RecordingId?.ToString(),
                    camera.FirstFrameMaster,
                    Error = camera.Problem,
                },
                options);
        }

        return cameras;
    }

    private static IResult Refusal(SessionRefused refused) => ApiError.Of(
        refused.Code is ProblemCodes.StartFailed or ProblemCodes.NotReady ? StatusCodes.Status500InternalServerError : StatusCodes.Status409Conflict,
        refused.Message,
        new JsonObject { ["code"] = refused.Code, ["problems"] = new JsonArray([.. refused.Problems.Select(p => (JsonNode)new JsonObject { ["camera_id"] = p.CameraId.Value, ["code"] = p.Code, ["message"] = p.Message })]) });

    private static string RequestIdOf(string? text) => text switch
    {
        null => Guid.NewGuid().ToString("N"),
        { Length: > 0 and <= 64 } => text,
        _ => throw new ApiException(StatusCodes.Status400BadRequest, "'request_id' must have 1 to 64 characters."),
    };

    internal static IResult Preflight(StatusReader status)
    {
        var (view, age) = status.RigView();
        var checks = new List<object>();
        var passed = true;
        void Check(string name, CameraId? camera, bool ok, bool refuses, string message)
        {
            passed &= ok || !refuses;
            checks.Add(new { Name = name, CameraId = camera?.Value, Passed = ok, Level = ok ? "ok" : refuses ? "refuse" : "warn", Message = message });
        }

        var missing = view.Cameras.Where(c => c.Report is null || !c.Online).Select(c => c.CameraId.Value).ToList();
        Check("all_cameras_discovered", null, missing.Count == 0, refuses: true, missing.Count == 0 ? "All cameras are there." : $"Missing: {string.Join(", ", missing)}.");
        Check("coordinator", null, age is not null, refuses: false, age is not null ? "The cameras hear each other." : "This camera does not hear the others.");
        (string Name, string[] Codes, string Fine)[] groups =
        [
            ("camera_detected", [ProblemCodes.CameraMissing], "The camera gives a picture."),
            ("storage", [ProblemCodes.StorageMissing, ProblemCodes.StorageLow], "There is room for the match."),
            ("time_sync", [ProblemCodes.ClockOffset, ProblemCodes.ClockUnknown], "The clock agrees with the master's."),
            ("temperature", [ProblemCodes.TooHot], "The box is cool enough."),
            ("battery", [ProblemCodes.BatteryCritical, ProblemCodes.BatteryLow], "There is power."),
        ];
        foreach (var camera in view.Cameras)
        {
            Check("online", camera.CameraId, camera.Online, refuses: true, camera.Online ? "It is there." : $"{camera.CameraId} is not there. Check that it is switched on and on the network.");
            if (camera is not { Online: true, Report: { } report })
            {
                continue;
            }

            foreach (var (name, codes, fine) in groups)
            {
                var problem = report.Problems.FirstOrDefault(p => codes.Contains(p.Code));
                Check(name, camera.CameraId, problem is null, problem?.Level == ProblemLevel.Refuse, problem?.Message ?? fine);
            }
        }

        return Results.Json(new { Success = true, Passed = passed, Checks = checks });
    }
}
