using Rig.Domain.Recordings;

namespace Rig.CameraNode.Status;

/// <summary>One camera as <c>/status</c> tells it; docs/ref/node-api.md.</summary>
internal sealed record NodeStatus(
    NodeIdentityStatus Node,
    CameraStatusView Camera,
    RecordingStatus Recording,
    StorageStatusView Storage,
    ClockStatus Sync,
    MachineStatus System,
    UploadCounts Offload,
    bool Ready,
    IReadOnlyList<ProblemView> Problems,
    TrustStatus? Trust = null);

/// <summary>How this node knows other machines, and how it is reached.</summary>
/// <param name="Enrolled">It has a certificate of a rig's authority.</param>
/// <param name="CertificateEnds">Null while it is not enrolled.</param>
/// <param name="MachineUrl">Root of its machine port; null while it is not enrolled.</param>
/// <param name="Https">Other machines get pages and routes by TLS alone on the people's port.</param>
/// <param name="Insecure">What is open to whoever is in the network, for a person; empty while nothing is.</param>
internal sealed record TrustStatus(bool Enrolled, DateTimeOffset? CertificateEnds, string? MachineUrl, bool Https, IReadOnlyList<string> Insecure);

internal sealed record NodeIdentityStatus(string CameraId, string CameraPosition, string Version, bool ProductionMode, DateTimeOffset Timestamp, string BaseUrl);

/// <param name="Resolution">Width and height in pixels, such as 1280x720.</param>
/// <param name="Error">For a person; null while all is well.</param>
/// <param name="EncodeFps">Frames encoded in the last full second of a take, 0 outside.</param>
/// <param name="Fallback">Why mode or codec are not those wanted; null when they are.</param>
internal sealed record CameraStatusView(
    bool Detected, string Model, string Resolution, int Fps, string Codec, double BitrateMbps, double? TemperatureC, string? Error, double EncodeFps, string? Encoder, string? Fallback);

/// <param name="Phase">idle, arming, recording or sealing.</param>
/// <param name="StartTimeLocal">The first frame on this node's clock.</param>
/// <param name="StartTimeMaster">The same on the master clock; null until the first fragment is on disk.</param>
/// <param name="Error">What last went wrong by itself.</param>
internal sealed record RecordingStatus(
    bool IsRecording,
    string Phase,
    string? SessionId,
    string? RecordingId,
    string? FilePath,
    DateTimeOffset? StartTimeLocal,
    DateTimeOffset? StartTimeMaster,
    double DurationSec,
    long Frames,
    long DroppedFrames,
    long SizeBytes,
    string? Error,
    DateTimeOffset? ErrorAt);

internal sealed record StorageStatusView(
    string Path,
    double TotalGb,
    double UsedGb,
    double FreeGb,
    double FreePercent,
    int RecordingCount,
    double RecordingSizeGb,
    int OffloadedCount,
    double EstimatedRecordingMinutes,
    double MinFreeSpaceGb,
    bool LowSpaceWarning,
    bool Writable,
    string? Error);

/// <param name="OffsetMs">Node clock minus master clock; null when unknown.</param>
/// <param name="UncertaintyMs">The offset is wrong by at most this.</param>
/// <param name="Confidence">excellent, good, fair, poor or unknown.</param>
/// <param name="Source">master, exchange, chrony or none.</param>
internal sealed record ClockStatus(
    bool IsMaster,
    string? MasterIp,
    double? OffsetMs,
    double? UncertaintyMs,
    double MaxOffsetMs,
    bool WithinTolerance,
    string Confidence,
    DateTimeOffset? LastSync,
    string Source,
    double? DriftPpm,
    double StepsMs,
    DateTimeOffset CurrentTime,
    DateTimeOffset MasterTime,
    ChronyStatus? Chrony);

internal sealed record ChronyStatus(
    string Reference,
    int Stratum,
    double SystemOffsetMs,
    double RmsOffsetMs,
    bool Synchronised,
    double FrequencyPpm,
    double RootDelayMs,
    double RootDispersionMs,
    DateTimeOffset? ReferenceTime);

internal sealed record MachineStatus(
    double CpuPercent, double MemoryPercent, double MemoryAvailableMb, double DiskPercent, double DiskFreeGb, double? TemperatureC, BatteryStatus? Battery);

internal sealed record BatteryStatus(double Percent, bool PowerPlugged);

/// <param name="PendingCount">Sealed takes that no server has confirmed.</param>
internal sealed record UploadCounts(int PendingCount, long PendingBytes, int ConfirmedCount);

/// <param name="Level">refuse or warn.</param>
internal sealed record ProblemView(string Code, string Level, string Message)
{
    internal static ProblemView Of(Problem problem) => new(problem.Code, problem.Level == ProblemLevel.Refuse ? "refuse" : "warn", problem.Message);
}
