using Microsoft.Extensions.Options;
using Rig.Actors.Transfer;
using Rig.CameraNode.Control;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using static Rig.Actors.Transfer.UploadProtocol;

namespace Rig.CameraNode.Api;

/// <summary>Uploading takes to the server: ask for it, watch it, hold it, try again.</summary>
internal static class OffloadApi
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapOffload(this IEndpointRouteBuilder api)
    {
        var offload = api.MapGroup("/offload");
        offload.MapGet("/status", async (INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
            Results.Json(Of(await AskAsync<UploadStatus>(node, new GetStatus(), ct), settings)));
        offload.MapPost("/upload", UploadAsync);
        offload.MapPost("/upload/all", async (HttpRequest request, INodeControl node, CancellationToken ct) =>
        {
            await RequestBody.ReadObjectAsync(request, ct);
            return Accepted(await AskAsync<Queued>(node, new UploadTakes(null, null), ct));
        });
        offload.MapGet("/jobs", async (INodeControl node, CancellationToken ct) =>
        {
            var status = await AskAsync<UploadStatus>(node, new GetStatus(), ct);
            return Results.Json(new { Jobs = status.Queue.Jobs.Select(j => Of(j, status)) });
        });
        offload.MapGet("/jobs/{id}", async (string id, INodeControl node, CancellationToken ct) =>
        {
            var status = await AskAsync<UploadStatus>(node, new GetStatus(), ct);
            return status.Queue.Find(id) is { } job ? Results.Json(Of(job, status)) : ApiError.NotFound("There is no such offload job here.");
        });
        offload.MapPost("/pause", async (HttpRequest request, INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
        {
            await RequestBody.ReadObjectAsync(request, ct);
            return await PauseAsync(true, node, settings, ct);
        });
        offload.MapPost("/resume", async (HttpRequest request, INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
        {
            await RequestBody.ReadObjectAsync(request, ct);
            return await PauseAsync(false, node, settings, ct);
        });
        offload.MapPost("/retry", async (HttpRequest request, INodeControl node, CancellationToken ct) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, ct);
            return await RetryAsync(body.Text("job_id"), node, ct);
        });
        offload.MapGet("/server/health", async (IUploadServer server, CancellationToken ct) =>
        {
            var health = await server.HealthAsync(ct);
            return Results.Json(
                new { Success = health.Error is null, health.Reachable, health.Status, health.StorageFreeGb, health.ActiveUploads, health.Error },
                statusCode: health.Reachable ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }

    private static async Task<IResult> UploadAsync(HttpRequest request, INodeControl node, CancellationToken ct)
    {
        var body = await RequestBody.ReadObjectAsync(request, ct);
        if (RecordApi.SessionIdOf(body.Text("session_id")) is not { } session)
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "The body lacks 'session_id'. To upload everything, use /offload/upload/all.");
        }

        CameraId? camera = null;
        if (body.Text("camera_id") is { } text)
        {
            camera = CameraId.TryParse(text, out var parsed)
                ? parsed
                : throw new ApiException(StatusCodes.Status400BadRequest, "'camera_id' must be CAM_ and 1 to 8 capital letters or digits, such as CAM_L.");
        }

        var queued = await AskAsync<Queued>(node, new UploadTakes(session, camera), ct);
        return queued.Known == 0 ? ApiError.NotFound($"There is no recording of session {session} here.") : Accepted(queued);
    }

    /// <summary>Holds the queue, or lets it go on.</summary>
    internal static async Task<IResult> PauseAsync(bool paused, INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
        Results.Json(Of(await AskAsync<UploadStatus>(node, new Pause(paused), ct), settings));

    /// <param name="job">Null for every job that failed.</param>
    internal static async Task<IResult> RetryAsync(string? job, INodeControl node, CancellationToken ct)
    {
        var retried = await AskAsync<Retried>(node, new RetryJobs(job), ct);
        return Results.Json(new { Success = true, retried.Count });
    }

    private static IResult Accepted(Queued queued) => Results.Json(
        new
        {
            Success = true,
            JobId = queued.Jobs is [var first, ..] ? first.JobId : null,
            JobIds = queued.Jobs.Select(j => j.JobId),
            Message = queued.Jobs.Count == 0 ? "Everything is offloaded already." : $"{queued.Jobs.Count} to upload.",
        },
        statusCode: StatusCodes.Status202Accepted);

    private static object Of(UploadStatus status, IOptionsMonitor<UploadOptions> settings) => new
    {
        settings.CurrentValue.ServerUrl,
        settings.CurrentValue.AutoUpload,
        settings.CurrentValue.UploadOnRecordStop,
        status.Queue.Paused,
        status.WaitsForRecording,
        Pending = status.Queue.Jobs.Count(j => j.Status == UploadJobStatus.Pending),
        Completed = status.Queue.Jobs.Count(j => j.Status == UploadJobStatus.Completed),
        Failed = status.Queue.Jobs.Count(j => j.Status == UploadJobStatus.Failed),
        status.RemainingBytes,
        SecondsLeft = Round(status.SecondsLeft),
        Active = status.Active is { } active ? Of(active.Job, status) : null,
        Jobs = status.Queue.Jobs.Select(j => Of(j, status)),
    };

    private static object Of(UploadJob job, UploadStatus status)
    {
        var active = status.Active is { } transfer && transfer.Job.JobId == job.JobId ? transfer : null;
        return new
        {
            job.JobId,
            RecordingId = job.RecordingId.ToString(),
            SessionId = job.RecordingId.SessionId.Value,
            CameraId = job.RecordingId.CameraId.Value,
            job.RecordingId.Take,
            FilePath = $"{job.RecordingId}.mp4",
            Status = job.Status.ToString().ToLowerInvariant(),
            job.Attempts,
            job.Error,
            job.SizeBytes,
            SentBytes = active?.SentBytes ?? (job.Status == UploadJobStatus.Completed ? job.SizeBytes : 0),
            BytesPerSecond = Math.Round(active?.BytesPerSecond ?? 0),
            SecondsLeft = Round(active?.SecondsLeft),
            NextAttemptAt = job.Status == UploadJobStatus.Pending ? job.NotBefore : (DateTimeOffset?)null,
            job.StartedAt,
            job.CompletedAt,
        };
    }

    private static double? Round(double? seconds) => seconds is { } s ? Math.Round(s, 1) : null;

    private static async Task<T> AskAsync<T>(INodeControl node, object message, CancellationToken ct) => (T)await node.AskUploadAsync(message, Patience, ct);
}
