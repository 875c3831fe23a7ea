using System.Text.Json.Serialization;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Domain.Messages;

/// <summary>
/// What a camera node is asked, by its own REST routes or, through its gateway, by the session coordinator. Every command may be
/// repeated and is then answered as the first time.
/// </summary>
public static class RecordingProtocol
{
    /// <summary>Asks whether a take of this session could start. Answer: <see cref="CameraReadiness"/>.</summary>
    public sealed record GetReadiness(SessionId SessionId) : IRigMessage;

    /// <param name="SessionKnown">Takes of this session are on the node's disk already.</param>
    public sealed record CameraReadiness(CameraId CameraId, bool Ready, bool SessionKnown, IReadOnlyList<Problem> Problems) : IRigMessage;

    /// <summary>Answer: <see cref="TakeBegan"/> once the first fragment is durable, or <see cref="TakeRefused"/>.</summary>
    /// <param name="StartAtMaster">Master clock; the past means now.</param>
    /// <param name="SessionCameras">All cameras that record this session.</param>
    /// <param name="Continues">The session runs already and may have takes of this camera.</param>
    public sealed record StartTake(SessionId SessionId, DateTimeOffset StartAtMaster, IReadOnlyList<CameraId> SessionCameras, bool Continues = false) : IRigMessage;

    public sealed record TakeBegan([property: JsonPropertyName("recording_id")] TakeId TakeId, DateTimeOffset FirstFrameMaster, DateTimeOffset ScheduledStartMaster, string FilePath) : IRigMessage;

    /// <summary>Answer: <see cref="TakeFinished"/> once the manifest is durable, or <see cref="TakeRefused"/>.</summary>
    /// <param name="SessionId">Null stops whatever runs.</param>
    /// <param name="StopAtMaster">Master clock; null or the past means now.</param>
    /// <param name="EndsSession">The session is stopped for all cameras, and never goes on by itself.</param>
    public sealed record StopTake(SessionId? SessionId, DateTimeOffset? StopAtMaster = null, bool EndsSession = false) : IRigMessage;

    public sealed record TakeFinished(
        [property: JsonPropertyName("recording_id")] TakeId TakeId,
        string FilePath,
        string ManifestPath,
        double DurationSec,
        long? Frames,
        long DroppedFrames,
        long SizeBytes,
        string Sha256,
        string EndReason) : IRigMessage;

    /// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
    public sealed record TakeRefused(CameraId CameraId, string Code, string Message, IReadOnlyList<Problem> Problems) : IRigMessage;

    /// <summary>Answer: <see cref="NodeReport"/>.</summary>
    public sealed record GetNodeReport : IRigMessage;
}
