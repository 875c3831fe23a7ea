using System.Globalization;
using System.Text.Json.Nodes;
using Rig.Actors.Timing;
using Rig.CameraNode.Access;
using Rig.CameraNode.Control;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using static Rig.Domain.Messages.RecordingProtocol;

namespace Rig.CameraNode.Api;

/// <summary>Starts and stops this one camera; needs no cluster. The whole rig is <see cref="CoordinatorApi"/>'s.</summary>
internal static class RecordApi
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LatestStart = TimeSpan.FromMinutes(1);

    public static void MapRecord(this IEndpointRouteBuilder api)
    {
        var record = api.MapGroup("/record").WithTags("Record").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        record.MapPost("/start", StartAsync).Allow(Roles.Operator).Audits("started this camera").WithSummary("Starts this camera alone.").TakesJson<StartRecording>();
        record.MapPost("/stop", StopAsync).Allow(Roles.Operator).Audits("stopped this camera").WithSummary("Stops this camera alone.").TakesJson<StopRecording>();
    }

    private static async Task<RecordStartAnswer> StartAsync(HttpRequest request, INodeControl node, MasterClock clock, StatusReader status, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        var startAt = MasterTime(body.Text("master_time"), clock) ?? clock.MasterNow;
        var session = SessionIdOf(body.Text("session_id")) ?? SessionId.FromMasterTime(startAt);
        return await StartThisCameraAsync(node, status.CameraId, session, startAt, cancellationToken);
    }

    /// <summary>Starts this camera alone.</summary>
    internal static async Task<RecordStartAnswer> StartThisCameraAsync(INodeControl node, CameraId camera, SessionId session, DateTimeOffset startAt, CancellationToken cancellationToken) =>
        await node.AskCameraAsync(new StartTake(session, startAt, [camera]), StartTimeout + LatestStart, cancellationToken) switch
        {
            TakeBegan began => new RecordStartAnswer(true, began.TakeId.SessionId.Value, began.TakeId.ToString(), began.FilePath, began.FirstFrameMaster),
            TakeRefused refused => throw Refusal(refused),
            _ => throw UnexpectedAnswer.From("camera"),
        };

    private static async Task<RecordStopAnswer> StopAsync(HttpRequest request, INodeControl node, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(request, cancellationToken);
        return await node.AskCameraAsync(new StopTake(SessionIdOf(body.Text("session_id"))), StartTimeout, cancellationToken) switch
        {
            TakeFinished finished => new RecordStopAnswer(
                true, finished.TakeId.SessionId.Value, finished.TakeId.ToString(), finished.FilePath, finished.ManifestPath, finished.DurationSec,
                finished.Frames, finished.DroppedFrames, finished.SizeBytes, VideoChecksum.Sha256(finished.Sha256), finished.EndReason),
            TakeRefused refused => throw Refusal(refused),
            _ => throw UnexpectedAnswer.From("camera"),
        };
    }

    internal static ApiException Refusal(TakeRefused refused) => new(
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

/// <param name="SessionId">1 to 64 letters, digits, underscores and hyphens; made of the time where it is absent.</param>
/// <param name="MasterTime">The wanted first frame on the master clock, ISO 8601, within a minute of now; absent for now.</param>
internal sealed record StartRecording(string? SessionId, string? MasterTime);

/// <param name="SessionId">Only this session is stopped; absent for whatever runs.</param>
internal sealed record StopRecording(string? SessionId);

/// <param name="StartTime">The first frame on the master clock.</param>
internal sealed record RecordStartAnswer(bool Success, string SessionId, string RecordingId, string FilePath, DateTimeOffset StartTime);

internal sealed record RecordStopAnswer(
    bool Success,
    string SessionId,
    string RecordingId,
    string FilePath,
    string ManifestPath,
    double DurationSec,
    long? Frames,
    long DroppedFrames,
    long SizeBytes,
    VideoChecksum Checksum,
    string EndReason);

/// <param name="Value">Lower-case hex.</param>
internal sealed record VideoChecksum(string Algo, string Value)
{
    internal static VideoChecksum Sha256(string value) => new("sha256", value);
}
