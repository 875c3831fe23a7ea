using System.Text.Json.Serialization;
using Rig.Actors.Recording;

namespace Rig.CameraNode.Capture;

/// <summary>
/// The numbers of the messages between a node and its capture process. Documented in docs/ref/capture-protocol.md; only ever
/// added to.
/// </summary>
internal enum CaptureMessageType : byte
{
    Configure = 1,
    StartTake = 2,
    StopTake = 3,
    Shutdown = 4,
    Hello = 64,
    Ready = 65,
    Preview = 66,
    Frame = 67,
    Dropped = 68,
    TakeEnded = 69,
    Error = 70,
}

/// <summary>Node to capture: what to be. The first message, and the only one of its kind.</summary>
internal sealed record ConfigureCapture(
    string CameraId, string Source, int Width, int Height, int Fps, double BitrateMbps, string Codec, string Preset, int Seed, string? FootageFile);

/// <param name="StartMonotonicNs">The instant of slot 0 on CLOCK_MONOTONIC; a capture process that replaces another goes on within the same slots.</param>
/// <param name="StartWall">The same instant on the node's wall clock.</param>
/// <param name="MatchZeroMaster">The session's scheduled start on the master clock.</param>
/// <param name="MatchZeroMonotonicNs">The same instant on CLOCK_MONOTONIC.</param>
internal sealed record StartCaptureTake(string TakeId, long StartMonotonicNs, DateTimeOffset StartWall, string TruthPath, DateTimeOffset MatchZeroMaster, long MatchZeroMonotonicNs);

/// <param name="StopMonotonicNs">No slot at or after this instant is recorded.</param>
internal sealed record StopCaptureTake(string TakeId, long StopMonotonicNs);

/// <summary>Capture to node: which protocol it speaks. The first message.</summary>
internal sealed record CaptureHello(int Version, int ProcessId);

/// <summary>Capture to node: pictures come; what they are like.</summary>
/// <param name="Codec">What is really encoded, after any fall-back.</param>
/// <param name="Fallback">Why it is not the codec asked for; null when it is.</param>
internal sealed record CaptureReady(string Model, int Width, int Height, int Fps, string Codec, string Encoder, string? Fallback, ManifestLens? Lens);

/// <param name="Cause">One of <see cref="DropCause"/>.</param>
internal sealed record CaptureDropped(long Count, string Cause);

/// <param name="Slots">How many slots the take had; those without a frame were dropped.</param>
/// <param name="Failure">Why the take ended by itself; null when it was stopped.</param>
internal sealed record CaptureTakeEnded(string TakeId, long Slots, string? Failure);

internal sealed record CaptureError(string Message);

/// <summary>Why a slot stayed empty; also the reason of a gap in the manifest.</summary>
internal static class DropCause
{
    /// <summary>The source delivered its picture too late.</summary>
    internal const string SourceLate = "source_late";

    /// <summary>Encoder, pipe or disk did not keep up.</summary>
    internal const string EncoderBehind = "encoder_behind";

    /// <summary>The driver lost the picture, or says that it is damaged.</summary>
    internal const string DriverDropped = "driver_dropped";

    /// <summary>The camera was unplugged or lost its signal.</summary>
    internal const string CameraGone = "camera_gone";

    /// <summary>The driver reported an error and the camera was opened anew.</summary>
    internal const string CameraFault = "camera_fault";

    /// <summary>The camera was there and delivered nothing.</summary>
    internal const string CameraStalled = "camera_stalled";

    /// <summary>The hardware encoder gave nothing back for the picture.</summary>
    internal const string EncoderSkipped = "encoder_skipped";

    internal const string EncoderRestart = "encoder_restart";
    internal const string CaptureRestart = "capture_restart";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigureCapture))]
[JsonSerializable(typeof(StartCaptureTake))]
[JsonSerializable(typeof(StopCaptureTake))]
[JsonSerializable(typeof(CaptureHello))]
[JsonSerializable(typeof(CaptureReady))]
[JsonSerializable(typeof(CaptureDropped))]
[JsonSerializable(typeof(CaptureTakeEnded))]
[JsonSerializable(typeof(CaptureError))]
internal sealed partial class CaptureJson : JsonSerializerContext;
