using System.Text.Json.Serialization;
using Rig.CameraNode.Imaging;
using Rig.Domain.Recordings;

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
    Camera = 71,
}

/// <summary>Node to capture: what to be. The first message, and the only one of its kind.</summary>
/// <param name="Device">Of a camera with a driver: which one; empty for any.</param>
/// <param name="Encoder">An encoder's id as <c>rig-node probe</c> shows it; null lets the capture process choose.</param>
/// <param name="ProofsFile">Only modes measured there may be recorded; null for any.</param>
internal sealed record ConfigureCapture(
    string CameraId, string Source, int Width, int Height, int Fps, double BitrateMbps, string Codec, string Preset, int Seed, string? FootageFile,
    string? Device = null, string? Encoder = null, string? ProofsFile = null);

/// <param name="StartMonotonicNs">The instant of slot 0 on CLOCK_MONOTONIC; a capture process that replaces another goes on within the same slots.</param>
/// <param name="StartWall">The same instant on the node's wall clock.</param>
/// <param name="MatchZeroMaster">The session's scheduled start on the master clock.</param>
/// <param name="MatchZeroMonotonicNs">The same instant on CLOCK_MONOTONIC.</param>
/// <param name="AfterNumber">The last frame that a capture process before this one delivered of the take; null when none did.</param>
/// <param name="AfterMonotonicNs">That frame's instant.</param>
internal sealed record StartCaptureTake(
    string RecordingId, long StartMonotonicNs, DateTimeOffset StartWall, string TruthPath, DateTimeOffset MatchZeroMaster, long MatchZeroMonotonicNs,
    long? AfterNumber = null, long? AfterMonotonicNs = null)
{
    [JsonIgnore]
    internal (long Number, long MonotonicNs)? After => AfterNumber is { } number && AfterMonotonicNs is { } instant ? (number, instant) : null;
}

/// <param name="StopMonotonicNs">No slot at or after this instant is recorded.</param>
internal sealed record StopCaptureTake(string RecordingId, long StopMonotonicNs);

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
internal sealed record CaptureTakeEnded(string RecordingId, long Slots, string? Failure);

internal sealed record CaptureError(string Message);

/// <summary>Capture to node: the camera was lost and is being opened again, told twice a second until it is there again.</summary>
/// <param name="Cause">One of <see cref="DropCause"/>; null when it is there.</param>
internal sealed record CaptureCameraState(bool Present, string? Cause, string? Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigureCapture))]
[JsonSerializable(typeof(StartCaptureTake))]
[JsonSerializable(typeof(StopCaptureTake))]
[JsonSerializable(typeof(CaptureHello))]
[JsonSerializable(typeof(CaptureReady))]
[JsonSerializable(typeof(CaptureDropped))]
[JsonSerializable(typeof(CaptureTakeEnded))]
[JsonSerializable(typeof(CaptureError))]
[JsonSerializable(typeof(CaptureCameraState))]
internal sealed partial class CaptureJson : JsonSerializerContext;
