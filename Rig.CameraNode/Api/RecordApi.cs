using System.Globalization;
using System.Text.Json.Nodes;
using Rig.Actors.Timing;
using Rig.CameraNode.Control;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Hosting.Http;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.CameraNode.Api;

/// <summary>Starts and stops this one camera; needs no cluster. The whole rig is <see cref="CoordinatorApi"/>'s.</summary>
internal static class RecordApi
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LatestStart = TimeSpan.FromMinutes(1);

    public static void MapRecord(this IEndpointRouteBuilder api)
    {
        api.MapPost("/record/start", StartAsync);
        api.MapPost("/record/stop", StopAsync);
    }

    private static async Task<IResult> StartAsync(HttpRequest request, INodeControl node, MasterClock clock, StatusReader status, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var startAt = MasterTime(body.Text("master_time"), clock) ?? clock.MasterNow;
        var session = SessionIdOf(body.Text("session_id")) ?? SessionId.FromMasterTime(startAt);
        return await StartThisCameraAsync(node, status.CameraId, session, startAt, cancellationToken);
    }

    /// <summary>Starts this camera alone.</summary>
    internal static async Task<IResult> StartThisCameraAsync(INodeControl node, CameraId camera, SessionId session, DateTimeOffset startAt, CancellationToken cancellationToken) =>
        await node.AskCameraAsync(new StartTake(session, startAt, [camera]), StartPatience + LatestStart, cancellationToken) switch
        {
            TakeBegan began => Results.Json(new
            {
                Success = true,
                SessionId = began.RecordingId.SessionId.Value,
                RecordingId = began.RecordingId.ToString(),
                began.FilePath,
                StartTime = began.FirstFrameMaster,
            }),
            TakeRefused refused => Refusal(refused),
            _ => ApiError.Of(StatusCodes.Status500InternalServerError, "The camera gave an answer that makes no sense here."),
        };

    private static async Task<IResult> StopAsync(HttpRequest request, INodeControl node, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        return await node.AskCameraAsync(new StopTake(SessionIdOf(body.Text("session_id"))), StartPatience, cancellationToken) switch
        {
            TakeFinished finished => Results.Json(new
            {
                Success = true,
                SessionId = finished.RecordingId.SessionId.Value,
                RecordingId = finished.RecordingId.ToString(),
                finished.FilePath,
                finished.ManifestPath,
                finished.DurationSec,
                finished.Frames,
                finished.DroppedFrames,
                finished.SizeBytes,
                Checksum = new { Algo = "sha256", Value = finished.Sha256 },
                finished.EndReason,
            }),
            TakeRefused refused => Refusal(refused),
            _ => ApiError.Of(StatusCodes.Status500InternalServerError, "The camera gave an answer that makes no sense here."),
        };
    }

    internal static IResult Refusal(TakeRefused refused) => ApiError.Of(
        refused.Code switch
        {
            ProblemCodes.AlreadyRecording or ProblemCodes.NotRecording => StatusCodes.Status400BadRequest,
            ProblemCodes.StartFailed or ProblemCodes.StopFailed => StatusCodes.Status500InternalServerError,
            ProblemCodes.ShuttingDown => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status409Conflict,
        },
        refused.Message,
        new JsonObject { ["code"] = refused.Code, ["problems"] = refused.Problems.ToJson() });

    internal static SessionId? SessionIdOf(string? text) => text switch
    {
        null or "" => null,
        _ when SessionId.TryParse(text, out var id) => id.IsSelfTest
            ? throw new ApiException(StatusCodes.Status400BadRequest, "'session_id' must not begin with SELFTEST_: such recordings are deleted after a camera tested itself.")
            : id,
        _ => throw new ApiException(StatusCodes.Status400BadRequest, "'session_id' must be 1 to 64 letters, digits, '_' or '-', starting with a letter or digit, such as GAME_20261121_140000."),
    };

    private static DateTimeOffset? MasterTime(string? text, MasterClock clock)
    {
        if (text is null)
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "'master_time' must be an ISO 8601 instant, such as 2026-11-21T14:00:00.000Z.");
        }

        return (time - clock.MasterNow).Duration() <= LatestStart
            ? time
            : throw new ApiException(StatusCodes.Status400BadRequest, "'master_time' must be within a minute of the master clock's time now.");
    }
}
