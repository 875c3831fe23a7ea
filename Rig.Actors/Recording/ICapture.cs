using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Actors.Recording;

/// <summary>
/// What films and writes, as the recorder's actors see it: capture processes, one at a time, and the files of a take. Encoded frames go
/// from the process's reading thread into the open take's own bounded queue; no mailbox sees them. Nothing here blocks the caller.
/// </summary>
public interface ICaptureLauncher
{
    /// <summary>The mode that the settings ask for.</summary>
    CaptureFormat Wanted { get; }

    /// <summary>Starts a capture process and tells it which camera and mode to open.</summary>
    /// <exception cref="CaptureStartException">The process could not be started.</exception>
    Task<ICapture> LaunchAsync();

    /// <summary>Creates a take's files, durably. Frames that come from then on are this take's, until another one is opened.</summary>
    /// <exception cref="TakeFailedException">The files could not be created; none of them remains.</exception>
    Task<ITake> OpenTakeAsync(TakeRequest request, CaptureMode mode);
}

/// <summary>A capture process. Its methods may be called from any thread; one that is gone does not hear them.</summary>
public interface ICapture
{
    /// <summary>When the newest preview came, CLOCK_MONOTONIC; 0 before the first.</summary>
    long PreviewNs { get; }

    /// <summary>Ends, never with an exception, when the process is gone; the result is what is known of why.</summary>
    Task<string> Exited { get; }

    /// <summary>Called once, before anything else.</summary>
    /// <param name="tell">Called for each event, in order, on the reading thread; it must not block.</param>
    void Listen(Action<CaptureEvent> tell);

    /// <summary>Begins the open take, or goes on with it where another process began it.</summary>
    void Begin(TakeStart start);

    /// <param name="stopNs">No frame at or after this instant of CLOCK_MONOTONIC is recorded; the past means now.</param>
    void Stop(TakeId id, long stopNs);

    /// <summary>Asks it to end by itself.</summary>
    void Shutdown();

    /// <summary>Ends it and all its children.</summary>
    void Kill();
}

/// <summary>An open take, fed with frames by the capture process. Safe from any thread; never waits.</summary>
public interface ITake
{
    TakeId Id { get; }

    string FilePath { get; }

    TakeProgress Progress { get; }

    /// <summary>When a frame last came, CLOCK_MONOTONIC; 0 before the first.</summary>
    long LastFrameNs { get; }

    /// <summary>Frames wait because the disk does not keep up.</summary>
    bool IsBacklogged { get; }

    /// <summary>Ends when the first fragment is durable; the result is the first frame's instant on the master clock.</summary>
    Task<DateTimeOffset> FirstDurable { get; }

    /// <summary>Ends when the manifest is durable and the storage was told, whatever ended the take.</summary>
    /// <exception cref="TakeFailedException">It could not be sealed; the message says what remains.</exception>
    Task<TakeSealed> Ended { get; }

    /// <summary>No frame follows: what waits is written and the take is sealed. Only the first call counts.</summary>
    /// <param name="reason">One of <see cref="TakeEndReason"/>.</param>
    /// <param name="slots">How many slots the capture process counted; those without a frame were dropped. Null where it counted none.</param>
    /// <param name="stopNs">Until when the take was to last, CLOCK_MONOTONIC; null when it ends with its last frame.</param>
    void Finish(string reason, long? slots, long? stopNs);
}

/// <summary>What a capture process says, beside frames and previews.</summary>
public abstract record CaptureEvent
{
    private CaptureEvent()
    {
    }

    /// <summary>It delivers pictures and can record.</summary>
    public sealed record Ready(CaptureMode Mode) : CaptureEvent;

    /// <summary>The camera is lost and is being opened again; repeated twice a second until <see cref="CameraFound"/>.</summary>
    /// <param name="Cause">Stable, as the reason of a gap in the manifest.</param>
    /// <param name="Message">For a person.</param>
    public sealed record CameraLost(string Cause, string Message) : CaptureEvent;

    public sealed record CameraFound : CaptureEvent;

    /// <param name="Slots">How many slots the take had.</param>
    /// <param name="Failure">Why it ended by itself; null when it was stopped.</param>
    public sealed record TakeEnded(TakeId Id, long Slots, string? Failure) : CaptureEvent;

    /// <summary>What is wrong, before the process ends by it.</summary>
    public sealed record Trouble(string Message) : CaptureEvent;
}

public sealed record CaptureFormat(int Width, int Height, int Fps, string Codec, double BitrateMbps);

/// <summary>What a ready capture process really delivers, after any fall-back.</summary>
/// <param name="Fallback">Why it is not what was asked for; null when it is.</param>
public sealed record CaptureMode(string Model, int Width, int Height, int Fps, string Codec, string Encoder, string? Fallback = null, ManifestLens? Lens = null);

/// <param name="StartNs">The instant of slot 0, CLOCK_MONOTONIC.</param>
/// <param name="ScheduledStartMaster">The session's start on the master clock.</param>
/// <param name="MatchZeroNs">The same instant on CLOCK_MONOTONIC.</param>
public sealed record TakeStart(TakeId Id, long StartNs, DateTimeOffset ScheduledStartMaster, long MatchZeroNs);

/// <param name="StartAt">Node clock (UTC) at which the first frame is wanted; the past means now.</param>
/// <param name="ScheduledStartMaster">The same instant on the master clock.</param>
/// <param name="ClockOffsetMs">Node clock minus master clock, now; null when unknown.</param>
/// <param name="ClockNow">The clock's state, asked at the take's start and end for its manifest. From any thread; never waits.</param>
/// <param name="TemperatureNow">Of the processor, asked now and then during the take for its manifest. From any thread; never waits.</param>
/// <param name="Framing">How the camera is aimed, asked once before the take begins. From any thread; some milliseconds.</param>
public sealed record TakeRequest(
    TakeId Id,
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

/// <param name="EndReason">One of <see cref="TakeEndReason"/>.</param>
public sealed record TakeSealed(TakeId Id, Manifest Manifest, string FilePath, string ManifestPath, string EndReason);

/// <param name="StartedAt">Node clock of the first frame.</param>
public sealed record TakeProgress(
    TakeId Id,
    string FilePath,
    DateTimeOffset StartedAt,
    double DurationSec,
    long Frames,
    long DroppedFrames,
    long SizeBytes);

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

/// <summary>No capture process could be started. The message says why.</summary>
public sealed class CaptureStartException(string message, Exception innerException) : Exception(message, innerException);
