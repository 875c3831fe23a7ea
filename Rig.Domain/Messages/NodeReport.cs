using System.Text.Json.Serialization;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Domain.Messages;

/// <summary>The numbers travel on the wire.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<NodePhase>))]
public enum NodePhase
{
    Idle = 0,

    /// <summary>A take was ordered and its first fragment is not on disk yet.</summary>
    Arming = 1,
    Recording = 2,

    /// <summary>Stop was ordered and the manifest is not on disk yet.</summary>
    Sealing = 3,
}

/// <summary>All that the rig knows of one camera node; sent whole, twice a second and at every change.</summary>
/// <param name="BaseUrl">Root of the node's REST routes.</param>
/// <param name="StoppedSession">The last session that was stopped here by order since the node started; it is never started again by itself.</param>
/// <param name="Problems">Reasons against a start and warnings, worst first.</param>
/// <param name="LastProblem">What last went wrong by itself, in plain words.</param>
/// <param name="ReportedAt">Node clock.</param>
public sealed record NodeReport(
    CameraId CameraId,
    string BaseUrl,
    NodePhase Phase,
    TakeReport? Take,
    SessionId? StoppedSession,
    IReadOnlyList<Problem> Problems,
    NodeClockReport Clock,
    NodeStorageReport Storage,
    bool CameraDetected,
    double? TemperatureC,
    double? BatteryPercent,
    LastProblem? LastProblem,
    DateTimeOffset ReportedAt) : IRigMessage
{
    /// <summary>Root of the node's machine port, where others of the rig reach it; null for a node that is not enrolled or older.</summary>
    public string? MachineUrl { get; init; }

    /// <summary>The last session that was stopped for all cameras, as far as this one heard; also one of before the node started.</summary>
    public SessionId? EndedSession { get; init; }

    /// <summary>A session that was cut off here by a loss of power or the node's end, not stopped, and may go on now.</summary>
    public InterruptedSession? Interrupted { get; init; }

    [JsonIgnore]
    public bool IsReady => Problems.MayStart();
}

/// <param name="SilentForSec">Since the last frame that is on the disk, by the node's clock.</param>
public sealed record InterruptedSession(SessionId SessionId, IReadOnlyList<CameraId> SessionCameras, double SilentForSec);

/// <param name="FirstFrameMaster">Null until the first fragment is on disk.</param>
public sealed record TakeReport(
    [property: JsonPropertyName("recording_id")] TakeId TakeId,
    DateTimeOffset ScheduledStartMaster,
    DateTimeOffset? FirstFrameMaster,
    IReadOnlyList<CameraId> SessionCameras,
    double DurationSec,
    long Frames,
    long DroppedFrames,
    long SizeBytes);

public sealed record NodeClockReport(double? OffsetMs, SyncConfidence Confidence, bool IsMaster);

/// <param name="PendingTakes">Sealed takes that no server has confirmed.</param>
public sealed record NodeStorageReport(long FreeBytes, double RecordingMinutes, int PendingTakes, long PendingBytes, int ConfirmedTakes);

/// <param name="At">Node clock.</param>
public sealed record LastProblem(string Message, DateTimeOffset At);
