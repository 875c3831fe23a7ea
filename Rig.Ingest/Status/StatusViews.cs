using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Status;

/// <summary>What the status page and its event stream show (docs/ref/ingest-api.md).</summary>
/// <param name="WaitingSessions">Sessions that wait at the cameras beyond those listed.</param>
/// <param name="Insecure">What the configuration leaves open, a sentence each.</param>
public sealed record ServerView(
    double StorageFreeGb,
    double MinFreeSpaceGb,
    int ActiveUploads,
    IReadOnlyList<string> Cameras,
    string? ViewerUrl,
    IReadOnlyList<NodeStatusView> Nodes,
    IReadOnlyList<SessionView> Sessions,
    int WaitingSessions,
    IReadOnlyList<string> Insecure);

public sealed record NodeStatusView(string Url, string? CameraId, DateTimeOffset SeenAt, string? Problem);

/// <param name="Status"><c>receiving</c>, <c>processing</c>, <c>failed</c> or <c>done</c>.</param>
/// <param name="QueueReason"><c>complete</c>, <c>quiet</c> or <c>operator</c>.</param>
/// <param name="MissingCameras">Cameras whose recording has not come to its end.</param>
/// <param name="Files">Names that can be fetched from <c>/api/v1/sessions/{id}/files/{name}</c>.</param>
public sealed record SessionView(
    string SessionId,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? QueuedAt,
    string? QueueReason,
    IReadOnlyList<string> ExpectedCameras,
    IReadOnlyList<string> MissingCameras,
    IReadOnlyList<TakeView> Takes,
    IReadOnlyList<StageView> Stages,
    IReadOnlyList<ConflictView> Conflicts,
    IReadOnlyList<string> Files);

/// <param name="Status"><c>waiting</c>, <c>pulling</c>, <c>confirming</c>, <c>verified</c> or <c>damaged</c>.</param>
/// <param name="ReceivedBytes">Of <see cref="SizeBytes"/>, what is here.</param>
/// <param name="Confirmed">Its sender knows that it is here.</param>
/// <param name="Manifest">Only where one session is asked for.</param>
public sealed record TakeView(
    string RecordingId,
    string CameraId,
    int Take,
    string Status,
    long SizeBytes,
    long ReceivedBytes,
    double BytesPerSecond,
    bool Verified,
    bool Confirmed,
    string? Sha256,
    string? Source,
    DateTimeOffset? ReceivedAt,
    double? DurationSec,
    long? Frames,
    long? DroppedFrames,
    string? EndReason,
    int Failures,
    string? Error,
    Manifest? Manifest = null);

/// <param name="Stage"><c>received</c>, <c>verified</c>, <c>aligned</c>, <c>stitched</c>, <c>detected</c>, <c>events</c>, <c>clips</c> or <c>pushed</c>.</param>
/// <param name="Status"><c>waiting</c>, <c>queued</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Progress">0 to 1.</param>
/// <param name="Result">The stage's figures once it is done.</param>
/// <param name="CancelledBy">Who had it ended; it is <c>failed</c> then, and can be tried again.</param>
public sealed record StageView(
    string Stage,
    string Status,
    int Attempts,
    double Progress,
    string Message,
    JsonObject? Result,
    string? Error,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? CancelledBy = null);

/// <param name="KeptAs">File in <c>sessions/.conflicts</c>; null when it was not kept.</param>
public sealed record ConflictView(string RecordingId, string Sha256, long SizeBytes, string? KeptAs, DateTimeOffset ReportedAt);

public sealed record SessionListView(IReadOnlyList<SessionView> Sessions);

/// <summary><c>processing/jobs.json</c>: a readable export; nothing reads it back.</summary>
public sealed record JobsView(IReadOnlyList<JobView> Jobs);

public sealed record JobView(string SessionId, string Status, IReadOnlyList<StageView> Stages);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerView))]
internal sealed partial class StatusJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(JobsView))]
internal sealed partial class JobsJson : JsonSerializerContext;
