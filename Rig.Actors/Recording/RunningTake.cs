using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <param name="StartAt">Node clock of the wanted first frame.</param>
internal sealed record RunningTake(TakeId Id, DateTimeOffset StartAt, DateTimeOffset ScheduledStartMaster, IReadOnlyList<CameraId> SessionCameras)
{
    public bool IsSelfTest => Id.SessionId.IsSelfTest;

    public string FilePath { get; init; } = "";

    /// <summary>The instant of slot 0, CLOCK_MONOTONIC; 0 until the files are there.</summary>
    public long StartNs { get; init; }

    /// <summary>No slot at or after it is recorded; null until a stop was ordered.</summary>
    public long? StopNs { get; init; }

    /// <summary>Null until the first fragment is durable.</summary>
    public DateTimeOffset? FirstFrameMaster { get; init; }

    /// <summary>Why it ends when it ends as ordered.</summary>
    public string EndReason { get; init; } = TakeEndReason.Stopped;

    /// <summary>No frame is expected any more; what waits is being written.</summary>
    public bool IsFinishing { get; init; }
}

/// <param name="LastFrameNs">When a frame last came, CLOCK_MONOTONIC; 0 before the first.</param>
/// <param name="Frames">How many are in the file.</param>
internal readonly record struct TakeFacts(long LastFrameNs, long Frames);
