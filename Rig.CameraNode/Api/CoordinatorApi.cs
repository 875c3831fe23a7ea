using System.Text.Json.Nodes;
using Rig.Actors.Timing;
using Rig.CameraNode.Access;
using Rig.CameraNode.Control;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.CameraNode.Api;

/// <summary>Starts, stops and shows the whole rig, from any of its nodes.</summary>
internal static class CoordinatorApi
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public static void MapCoordinator(this IEndpointRouteBuilder api)
    {
        var coordinator = api.MapGroup("/coordinator").WithTags("Rig").Allow(Roles.Operator);
        coordinator.MapGetAndHead("/status", (StatusReader status) => status.Rig()).WithSummary("The whole rig, as this node knows it.");
        coordinator.MapGetAndHead("/session", (StatusReader status) => new CurrentSession(status.RigView().View.Session is { } session ? StatusReader.Of(session) : null))
            .WithSummary("The running session, or the last one.");
        coordinator.MapGetAndHead("/sessions", async (INodeControl node, CancellationToken cancellationToken) =>
            await node.AskCoordinatorAsync(new GetSessions(), Timeout, cancellationToken) is SessionList list
                ? new SessionHistory([.. list.Sessions.Select(StatusReader.Of)])
                : throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The rig has no coordinator right now. Try again in a moment."))
            .WithSummary("The last 20 sessions.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        coordinator.MapMethods("/preflight", ["GET", "HEAD", "POST"], (StatusReader status) => Preflight(status)).WithSummary("Whether a match could start, check by check.");
        coordinator.MapPost("/start", async (HttpRequest request, INodeControl node, StatusReader status, MasterClock clock, CancellationToken cancellationToken) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await StartAsync(body.Text("session_id"), body.Text("request_id"), node, status, clock, cancellationToken);
        }).Audits("started the rig").WithSummary("Starts a session on all cameras; without a coordinator in reach, this camera alone.")
            .TakesJson<StartRig>().Produces<RigStarted>().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status500InternalServerError);
        coordinator.MapPost("/stop", async (HttpRequest request, INodeControl node, StatusReader status, CancellationToken cancellationToken) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
            return await StopAsync(body.Text("request_id"), node, status, cancellationToken);
        }).Audits("stopped the rig").WithSummary("Stops the running session; without a coordinator in reach, this camera alone.")
            .TakesJson<StopRig>().Produces<RigStopped>().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status500InternalServerError);
    }

    /// <summary>Starts a session on all cameras, or on this one where no coordinator is in reach.</summary>
    /// <param name="sessionName">Null makes one from the clock.</param>
    /// <param name="request">The same again gets the same answer; null for a new one.</param>
    internal static async Task<IResult> StartAsync(
        string? sessionName, string? request, INodeControl node, StatusReader status, MasterClock clock, CancellationToken cancellationToken)
    {
        var session = RecordApi.SessionIdOf(sessionName);
        var requestId = RequestIdOf(request);
        if (status.RigView().Age is null)
        {
            // No coordinator in reach: this camera records by itself rather than nobody at all.
            var now = clock.MasterNow;
            return TypedResults.Ok(await RecordApi.StartThisCameraAsync(node, status.CameraId, session ?? SessionId.FromMasterTime(now), now, cancellationToken));
        }

        return await node.AskCoordinatorAsync(new StartSession(requestId, session), Timeout, cancellationToken) switch
        {
            SessionStarted started => TypedResults.Ok(new RigStarted(
                true,
                started.Session.SessionId.Value,
                started.Session.ScheduledStart,
                started.Session.StartSpreadMs,
                CamerasOf(started.Session),
                started.Session.Cameras.Where(c => c.Problem is not null).ToList() is { Count: > 0 } problems
                    ? $"Recording, but not with every camera. {string.Join(" ", problems.Select(c => c.Problem))}"
                    : "All cameras record.",
                StatusReader.Of(started.Session))),
            SessionRefused refused => throw Refusal(refused),
            _ => throw UnexpectedAnswer.From("coordinator"),
        };
    }

    internal static async Task<IResult> StopAsync(string? request, INodeControl node, StatusReader status, CancellationToken cancellationToken)
    {
        var requestId = RequestIdOf(request);
        if (status.RigView().Age is null)
        {
            return await node.AskCameraAsync(new RecordingProtocol.StopTake(null), Timeout, cancellationToken) switch
            {
                RecordingProtocol.TakeFinished finished => TypedResults.Ok(new LoneCameraStopped(true, finished.TakeId.SessionId.Value, "This camera stopped. The others are not in reach.")),
                RecordingProtocol.TakeRefused refused => throw RecordApi.Refusal(refused),
                _ => throw UnexpectedAnswer.From("camera"),
            };
        }

        return await node.AskCoordinatorAsync(new StopSession(requestId), Timeout, cancellationToken) switch
        {
            SessionStopped stopped => TypedResults.Ok(new RigStopped(
                true,
                stopped.Session.SessionId.Value,
                stopped.Session.StoppedAt,
                CamerasOf(stopped.Session),
                stopped.Session.Cameras.Where(c => c.Problem is not null).ToList() is { Count: > 0 } problems
                    ? $"Stopped, but not cleanly everywhere. {string.Join(" ", problems.Select(c => c.Problem))}"
                    : "All cameras stopped and closed their recordings.",
                StatusReader.Of(stopped.Session))),
            SessionRefused refused => throw Refusal(refused),
            _ => throw UnexpectedAnswer.From("coordinator"),
        };
    }

    private static Dictionary<string, CameraOutcome> CamerasOf(SessionView session) => session.Cameras.ToDictionary(
        camera => camera.CameraId.Value,
        camera => new CameraOutcome(
            camera.Part is CameraPart.Recording or CameraPart.Stopped, camera.Part.ToString().ToLowerInvariant(), camera.TakeId?.ToString(), camera.FirstFrameMaster, camera.Problem));

    private static ApiException Refusal(SessionRefused refused) => new(
        refused.Code is ProblemCodes.StartFailed or ProblemCodes.NotReady ? StatusCodes.Status500InternalServerError : StatusCodes.Status409Conflict,
        refused.Message,
        new JsonObject { ["code"] = refused.Code, ["problems"] = new JsonArray([.. refused.Problems.Select(p => (JsonNode)new JsonObject { ["camera_id"] = p.CameraId.Value, ["code"] = p.Code, ["message"] = p.Message })]) });

    private static string RequestIdOf(string? text) => text switch
    {
        null => Guid.NewGuid().ToString("N"),
        { Length: > 0 and <= 64 } => text,
        _ => throw new ApiException(StatusCodes.Status400BadRequest, "'request_id' must have 1 to 64 characters."),
    };

    internal static PreflightResult Preflight(StatusReader status)
    {
        var (view, age) = status.RigView();
        var checks = new List<PreflightCheck>();
        var passed = true;
        void Check(string name, CameraId? camera, bool ok, bool refuses, string message)
        {
            passed &= ok || !refuses;
            checks.Add(new PreflightCheck(name, camera?.Value, ok, ok ? "ok" : refuses ? "refuse" : "warn", message));
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

        return new PreflightResult(true, passed, checks);
    }
}

/// <param name="SessionId">Made of the time where it is absent.</param>
/// <param name="RequestId">The same again is the same order.</param>
internal sealed record StartRig(string? SessionId, string? RequestId);

/// <param name="RequestId">The same again is the same order.</param>
internal sealed record StopRig(string? RequestId);

/// <param name="Cameras">By camera id.</param>
internal sealed record RigStarted(
    bool Success, string SessionId, DateTimeOffset? ScheduledStart, double? StartSpreadMs, IReadOnlyDictionary<string, CameraOutcome> Cameras, string Message, SessionStatus Session);

/// <inheritdoc cref="RigStarted"/>
internal sealed record RigStopped(
    bool Success, string SessionId, DateTimeOffset? StoppedAt, IReadOnlyDictionary<string, CameraOutcome> Cameras, string Message, SessionStatus Session);

internal sealed record LoneCameraStopped(bool Success, string SessionId, string Message);

/// <param name="Error">Why it does not record, or did not stop in order; null when it did.</param>
internal sealed record CameraOutcome(bool Success, string Status, string? RecordingId, DateTimeOffset? FirstFrameMaster, string? Error);

internal sealed record CurrentSession(SessionStatus? Session);

internal sealed record SessionHistory(IReadOnlyList<SessionStatus> Sessions);

/// <param name="Passed">No check refuses; a warning does not fail it.</param>
internal sealed record PreflightResult(bool Success, bool Passed, IReadOnlyList<PreflightCheck> Checks);

/// <param name="CameraId">Null for what is of the whole rig.</param>
/// <param name="Level">ok, warn or refuse.</param>
internal sealed record PreflightCheck(string Name, string? CameraId, bool Passed, string Level, string Message);
