using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Rig.Actors.Transfer;
using Rig.CameraNode.Control;
using Rig.Domain.Identity;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using static Rig.Actors.Transfer.UploadProtocol;

namespace Rig.CameraNode.Api;

/// <summary>Uploading takes to the server: ask for it, watch it, hold it, try again.</summary>
internal static class OffloadApi
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static void MapOffload(this IEndpointRouteBuilder api)
    {
        var offload = api.MapGroup("/offload").WithTags("Upload").Allow(Roles.Operator);
        offload.MapGetAndHead("/status", async (INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
            Of(await AskAsync<UploadStatus>(node, new GetStatus(), ct), settings)).WithSummary("The queue of takes to be uploaded.");
        offload.MapPost("/upload", UploadAsync).WithSummary("Uploads a session's takes.").TakesJson<UploadWanted>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        offload.MapPost("/upload/all", async (HttpRequest request, INodeControl node, CancellationToken ct) =>
        {
            await RequestBody.ReadObjectAsync(request, ct);
            return Accepted(await AskAsync<Queued>(node, new UploadTakes(null, null), ct));
        }).WithSummary("Uploads every take that no server has confirmed.");
        offload.MapGetAndHead("/jobs", async (INodeControl node, CancellationToken ct) =>
        {
            var status = await AskAsync<UploadStatus>(node, new GetStatus(), ct);
            return new UploadJobList([.. status.Queue.Jobs.Select(j => Of(j, status))]);
        }).WithSummary("All jobs of the queue.");
        offload.MapGetAndHead("/jobs/{id}", async (string id, INodeControl node, CancellationToken ct) =>
        {
            var status = await AskAsync<UploadStatus>(node, new GetStatus(), ct);
            return status.Queue.Find(id) is { } job ? Of(job, status) : throw new ApiException(StatusCodes.Status404NotFound, "There is no such offload job here.");
        }).WithSummary("One job.").ProducesProblem(StatusCodes.Status404NotFound);
        offload.MapPost("/pause", async (HttpRequest request, INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
        {
            await RequestBody.ReadObjectAsync(request, ct);
            return await PauseAsync(true, node, settings, ct);
        }).WithSummary("Holds the queue.");
        offload.MapPost("/resume", async (HttpRequest request, INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
        {
            await RequestBody.ReadObjectAsync(request, ct);
            return await PauseAsync(false, node, settings, ct);
        }).WithSummary("Lets the queue go on.");
        offload.MapPost("/retry", async (HttpRequest request, INodeControl node, CancellationToken ct) =>
        {
            var body = await RequestBody.ReadObjectAsync(request, ct);
            return await RetryAsync(body.Text("job_id"), node, ct);
        }).WithSummary("Tries failed jobs again.").TakesJson<RetryWanted>();
        offload.MapGetAndHead("/server/health", async (IUploadServer server, CancellationToken ct) =>
        {
            var health = await server.HealthAsync(ct);
            return TypedResults.Json(
                new UploadServerHealth(health.Error is null, health.Reachable, health.Status, health.StorageFreeGb, health.ActiveUploads, health.Error),
                statusCode: health.Reachable ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).WithSummary("Whether the server can be reached.").Produces<UploadServerHealth>().Produces<UploadServerHealth>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Accepted<UploadQueued>> UploadAsync(HttpRequest request, INodeControl node, CancellationToken ct)
    {
        var body = await RequestBody.ReadObjectAsync(request, ct);
        if (RecordApi.SessionIdOf(body.Text("session_id")) is not { } session)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body lacks 'session_id'. To upload everything, use /offload/upload/all.");
        }

        CameraId? camera = null;
        if (body.Text("camera_id") is { } text)
        {
            camera = CameraId.TryParse(text, out var parsed)
                ? parsed
                : throw new ApiException(StatusCodes.Status400BadRequest, "'camera_id' must be CAM_ and 1 to 8 capital letters or digits, such as CAM_L.");
        }

        var queued = await AskAsync<Queued>(node, new UploadTakes(session, camera), ct);
        return queued.Known == 0 ? throw new ApiException(StatusCodes.Status404NotFound, $"There is no recording of session {session} here.") : Accepted(queued);
    }

    /// <summary>Holds the queue, or lets it go on.</summary>
    internal static async Task<UploadQueueStatus> PauseAsync(bool paused, INodeControl node, IOptionsMonitor<UploadOptions> settings, CancellationToken ct) =>
        Of(await AskAsync<UploadStatus>(node, new Pause(paused), ct), settings);

    /// <param name="job">Null for every job that failed.</param>
    internal static async Task<JobsRetried> RetryAsync(string? job, INodeControl node, CancellationToken ct)
    {
        var retried = await AskAsync<Retried>(node, new RetryJobs(job), ct);
        return new JobsRetried(true, retried.Count);
    }

    private static Accepted<UploadQueued> Accepted(Queued queued) => TypedResults.Accepted(
        (string?)null,
        new UploadQueued(
            true,
            queued.Jobs is [var first, ..] ? first.JobId : null,
            [.. queued.Jobs.Select(j => j.JobId)],
            queued.Jobs.Count == 0 ? "Everything is offloaded already." : $"{queued.Jobs.Count} to upload."));

    private static UploadQueueStatus Of(UploadStatus status, IOptionsMonitor<UploadOptions> settings) => new(
        settings.CurrentValue.ServerUrl,
        settings.CurrentValue.AutoUpload,
        settings.CurrentValue.UploadOnRecordStop,
        status.Queue.Paused,
        status.WaitsForRecording,
        status.Queue.Jobs.Count(j => j.Status == UploadJobStatus.Pending),
        status.Queue.Jobs.Count(j => j.Status == UploadJobStatus.Completed),
        status.Queue.Jobs.Count(j => j.Status == UploadJobStatus.Failed),
        status.RemainingBytes,
        Round(status.SecondsLeft),
        status.Active is { } active ? Of(active.Job, status) : null,
        [.. status.Queue.Jobs.Select(j => Of(j, status))]);

    private static UploadJobView Of(UploadJob job, UploadStatus status)
    {
        var active = status.Active is { } transfer && transfer.Job.JobId == job.JobId ? transfer : null;
        return new UploadJobView(
            job.JobId,
            job.TakeId.ToString(),
            job.TakeId.SessionId.Value,
            job.TakeId.CameraId.Value,
            job.TakeId.Take,
            $"{job.TakeId}.mp4",
            job.Status.ToString().ToLowerInvariant(),
            job.Attempts,
            job.Error,
            job.SizeBytes,
            active?.SentBytes ?? (job.Status == UploadJobStatus.Completed ? job.SizeBytes : 0),
            Math.Round(active?.BytesPerSecond ?? 0),
            Round(active?.SecondsLeft),
            job.Status == UploadJobStatus.Pending ? job.NotBefore : null,
            job.StartedAt,
            job.CompletedAt);
    }

    private static double? Round(double? seconds) => seconds is { } s ? Math.Round(s, 1) : null;

    private static async Task<T> AskAsync<T>(INodeControl node, object message, CancellationToken ct) => (T)await node.AskUploadAsync(message, Timeout, ct);
}

/// <param name="CameraId">Absent for every camera's takes on this node.</param>
internal sealed record UploadWanted(string SessionId, string? CameraId);

/// <param name="JobId">Absent for all that failed.</param>
internal sealed record RetryWanted(string? JobId);

/// <param name="JobId">The first of <paramref name="JobIds"/>; null when nothing is left to upload.</param>
internal sealed record UploadQueued(bool Success, string? JobId, IReadOnlyList<string> JobIds, string Message);

internal sealed record JobsRetried(bool Success, int Count);

/// <param name="WaitsForRecording">Nothing is sent because a recording runs.</param>
/// <param name="RemainingBytes">Of all jobs that are not over.</param>
/// <param name="SecondsLeft">At the present rate; null while nothing moves.</param>
internal sealed record UploadQueueStatus(
    string ServerUrl,
    bool AutoUpload,
    bool UploadOnRecordStop,
    bool Paused,
    bool WaitsForRecording,
    int Pending,
    int Completed,
    int Failed,
    long RemainingBytes,
    double? SecondsLeft,
    UploadJobView? Active,
    IReadOnlyList<UploadJobView> Jobs);

internal sealed record UploadJobList(IReadOnlyList<UploadJobView> Jobs);

/// <param name="Status">pending, uploading, confirming, completed or failed.</param>
internal sealed record UploadJobView(
    string JobId,
    string RecordingId,
    string SessionId,
    string CameraId,
    int Take,
    string FilePath,
    string Status,
    int Attempts,
    string? Error,
    long SizeBytes,
    long SentBytes,
    double BytesPerSecond,
    double? SecondsLeft,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt);

internal sealed record UploadServerHealth(bool Success, bool Reachable, string? Status, double? StorageFreeGb, int? ActiveUploads, string? Error);
