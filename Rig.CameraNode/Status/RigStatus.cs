namespace Rig.CameraNode.Status;

/// <summary>The whole rig as <c>/coordinator/status</c> tells it; docs/ref/node-api.md.</summary>
/// <param name="AgeMs">Of the coordinator's view on this node.</param>
/// <param name="CoordinatorReachable">False where this camera speaks for itself alone.</param>
internal sealed record RigStatus(
    DateTimeOffset Timestamp,
    double AgeMs,
    bool CoordinatorReachable,
    SessionStatus? Session,
    RigSummary Summary,
    IReadOnlyList<string> Disagreements,
    IReadOnlyList<RigCamera> Cameras);

/// <param name="TotalRecordingMinutes">Of the camera with the least room.</param>
internal sealed record RigSummary(
    int CamerasOnline, int CamerasTotal, bool AllOnline, bool AnyRecording, bool AllRecording, bool AllSynced, bool AllReady, double TotalStorageFreeGb, double TotalRecordingMinutes);

/// <summary>One camera as the rig knows it; all but the first fields are null for one that was never heard.</summary>
/// <param name="Status">unknown, offline, online, starting, recording, stopping or error.</param>
/// <param name="State">The same.</param>
internal sealed record RigCamera(
    string CameraId,
    string CameraPosition,
    bool Online,
    string Status,
    string State,
    string? BaseUrl,
    bool Ready,
    double? ReportAgeMs,
    IReadOnlyList<ProblemView>? Problems,
    RigTake? Recording,
    double? OffsetMs,
    string? Confidence,
    bool? IsMaster,
    double? RecordingMinutes,
    double? FreeGb,
    double? TemperatureC,
    double? BatteryPercent,
    bool? CameraDetected,
    UploadCounts? Offload,
    string? LastProblem,
    DateTimeOffset? LastProblemAt);

internal sealed record RigTake(
    bool IsRecording, string SessionId, string RecordingId, DateTimeOffset? StartTimeMaster, double DurationSec, long Frames, long DroppedFrames, long SizeBytes);

/// <param name="Status">created, starting, recording, stopping, completed or failed.</param>
/// <param name="StartSpreadMs">Between the first frames of the cameras.</param>
internal sealed record SessionStatus(
    string Id, string Status, DateTimeOffset? StartedAt, DateTimeOffset? StoppedAt, double? StartSpreadMs, IReadOnlyList<SessionCameraStatus> Cameras);

/// <param name="FirstFrameOffsetMs">After the session's scheduled start.</param>
internal sealed record SessionCameraStatus(
    string CameraId, string Status, string? RecordingId, DateTimeOffset? FirstFrameMaster, double? FirstFrameOffsetMs, string? Problem, IReadOnlyList<TakeResult> Takes);

/// <param name="EndReason">Why the take ended: stopped, node_stopped, disk_full, write_failed, capture_failed or repaired.</param>
internal sealed record TakeResult(string RecordingId, double DurationSec, long? Frames, long DroppedFrames, long SizeBytes, string Sha256, string EndReason);
