using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>
/// The camera and the take it records, as the actors see it. Implemented by the node over its capture child process; scripted in
/// tests. Methods return at once with a task; nothing here blocks the caller. One take at a time.
/// </summary>
public interface ICamera
{
    /// <summary>The newest picture of what the camera is. Never waits.</summary>
    CameraStatus Status { get; }

    /// <summary>The newest preview picture as JPEG with when it was taken; null before the first. At least one a second while the camera is well.</summary>
    PreviewPicture? Preview { get; }

    /// <summary>
    /// Opens file and encoder, and starts at <see cref="TakeRequest.StartAt"/>. The task ends when the first fragment is
    /// durable on disk.
    /// </summary>
    /// <exception cref="TakeFailedException">The take could not be started; nothing of it remains but what its message says.</exception>
    Task<TakeStarted> StartTakeAsync(TakeRequest request, CancellationToken cancellationToken);

    /// <summary>Stops at <paramref name="stopAt"/> (node clock; the past means now). The task ends when the manifest is durable.</summary>
    /// <exception cref="TakeFailedException">There is no such take.</exception>
    Task<TakeSealed> StopTakeAsync(RecordingId id, DateTimeOffset stopAt, CancellationToken cancellationToken);

    /// <summary>Called, on any thread, when a take ended by itself: disk full, camera lost for good, write error.</summary>
    event Action<TakeSealed>? TakeEnded;
}

/// <param name="StartAt">Node clock (UTC) at which the first frame is wanted; the past means now.</param>
/// <param name="ScheduledStartMaster">The same instant on the master clock.</param>
/// <param name="ClockOffsetMs">Node clock minus master clock, now; null when unknown.</param>
/// <param name="ClockNow">The clock's state, asked at the take's start and end for its manifest. From any thread; never waits.</param>
/// <param name="TemperatureNow">Of the processor, asked now and then during the take for its manifest. From any thread; never waits.</param>
/// <param name="Framing">How the camera is aimed, asked once before the take begins. From any thread; some milliseconds.</param>
public sealed record TakeRequest(
    RecordingId Id,
    DateTimeOffset StartAt,
    DateTimeOffset ScheduledStartMaster,
    double? ClockOffsetMs,
    bool NtpSynced,
    IReadOnlyList<CameraId> SessionCameras,
    Func<ClockReading>? ClockNow = null,
    Func<double?>? TemperatureNow = null,
    Func<ManifestFraming?>? Framing = null);

/// <param name="OffsetMs">Node clock minus master clock; null when unknown.</param>
/// <param name="StepsMs">Sum of the node clock's steps since the node started.</param>
public readonly record struct ClockReading(double? OffsetMs, double StepsMs);

/// <param name="FirstFrameMaster">Master-clock instant of the first frame.</param>
public sealed record TakeStarted(RecordingId Id, DateTimeOffset FirstFrameMaster, string FilePath);

/// <param name="EndReason">One of <see cref="TakeEndReason"/>.</param>
public sealed record TakeSealed(RecordingId Id, Manifest Manifest, string FilePath, string ManifestPath, string EndReason);

/// <param name="Detected">The capture child runs and delivers pictures.</param>
/// <param name="Problem">One sentence for a parent, null while all is well.</param>
/// <param name="EncodeFps">Frames encoded in the last full second of a take, 0 outside.</param>
/// <param name="Encoder">Which encoder works; null while none does.</param>
/// <param name="Fallback">Why mode or codec are not those wanted, each step; null when they are.</param>
public sealed record CameraStatus(
    bool Detected,
    string Model,
    int Width,
    int Height,
    int Fps,
    string Codec,
    double BitrateMbps,
    string? Problem,
    TakeProgress? Take,
    double EncodeFps = 0,
    string? Encoder = null,
    string? Fallback = null);

/// <param name="StartedAt">Node clock of the first frame.</param>
public sealed record TakeProgress(
    RecordingId Id,
    string FilePath,
    DateTimeOffset StartedAt,
    double DurationSec,
    long Frames,
    long DroppedFrames,
    long SizeBytes);

public sealed record PreviewPicture(byte[] Jpeg, DateTimeOffset TakenAt);

public sealed class TakeFailedException : Exception
{
    public TakeFailedException(string message)
        : base(message)
    {
    }

    public TakeFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
