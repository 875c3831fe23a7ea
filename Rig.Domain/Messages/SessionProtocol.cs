using System.Text.Json.Serialization;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Domain.Messages;

/// <summary>The numbers travel on the wire.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<SessionPhase>))]
public enum SessionPhase
{
    /// <summary>The cameras are asked whether they are ready.</summary>
    Created = 0,
    Starting = 1,
    Recording = 2,
    Stopping = 3,
    Completed = 4,

    /// <summary>No camera recorded.</summary>
    Failed = 5,
}

/// <summary>The numbers travel on the wire.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<CameraPart>))]
public enum CameraPart
{
    /// <summary>Asked whether it is ready.</summary>
    Asked = 0,
    Starting = 1,
    Recording = 2,
    Stopping = 3,

    /// <summary>Its last take is sealed.</summary>
    Stopped = 4,

    /// <summary>Said no; the problem says why.</summary>
    Refused = 5,

    /// <summary>Gave no answer in time.</summary>
    Silent = 6,
}

/// <summary>What nodes and the one session coordinator of the rig say to each other.</summary>
public static class SessionProtocol
{
    /// <summary>Answer: <see cref="SessionStarted"/> once every camera recorded or was given up, or <see cref="SessionRefused"/>.</summary>
    /// <param name="RequestId">Of the asker's choice; the same again is answered as the first time.</param>
    /// <param name="SessionId">Null names it after the master clock.</param>
    public sealed record StartSession(string RequestId, SessionId? SessionId) : IRigMessage;

    /// <param name="Session">Also says which cameras do not record, and why.</param>
    public sealed record SessionStarted(SessionView Session) : IRigMessage;

    /// <summary>Answer: <see cref="SessionStopped"/> once every camera sealed its take or was given up, or <see cref="SessionRefused"/>.</summary>
    public sealed record StopSession(string RequestId) : IRigMessage;

    public sealed record SessionStopped(SessionView Session) : IRigMessage;

    /// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
    public sealed record SessionRefused(string Code, string Message, IReadOnlyList<CameraProblem> Problems) : IRigMessage;

    public sealed record CameraProblem(CameraId CameraId, string Code, string Message);

    /// <summary>Asks for the last sessions. Answer: <see cref="SessionList"/>.</summary>
    public sealed record GetSessions : IRigMessage;

    /// <param name="Sessions">Newest first, the running one included.</param>
    public sealed record SessionList(IReadOnlyList<SessionView> Sessions) : IRigMessage;

    /// <summary>The coordinator's whole view; its answer to every <see cref="NodeReport"/>.</summary>
    /// <param name="Session">The running session, else the last one; null before the first.</param>
    /// <param name="Cameras">Expected cameras in order, then others that reported.</param>
    /// <param name="Disagreements">What differs between the cameras and should not, in plain words.</param>
    public sealed record RigView(
        DateTimeOffset MasterTime,
        SessionView? Session,
        IReadOnlyList<CameraView> Cameras,
        IReadOnlyList<string> Disagreements) : IRigMessage;

    /// <param name="Report">Null for an expected camera that never reported.</param>
    /// <param name="ReportAgeMs">How long ago the coordinator heard it.</param>
    public sealed record CameraView(CameraId CameraId, bool Online, NodeReport? Report, double? ReportAgeMs);

    /// <param name="ScheduledStart">Master clock.</param>
    /// <param name="StartSpreadMs">Between the earliest and the latest camera's first frame; null with fewer than two.</param>
    public sealed record SessionView(
        SessionId SessionId,
        SessionPhase Phase,
        DateTimeOffset? ScheduledStart,
        DateTimeOffset? StoppedAt,
        double? StartSpreadMs,
        IReadOnlyList<SessionCamera> Cameras);

    /// <param name="FirstFrameMaster">Of the camera's first take in the session.</param>
    /// <param name="Takes">Sealed takes that were reported, oldest first.</param>
    /// <param name="Problem">In plain words; null while all is well.</param>
    public sealed record SessionCamera(
        CameraId CameraId,
        CameraPart Part,
        [property: JsonPropertyName("recording_id")] TakeId? TakeId,
        DateTimeOffset? FirstFrameMaster,
        string? Problem,
        IReadOnlyList<RecordingProtocol.TakeFinished> Takes);
}
