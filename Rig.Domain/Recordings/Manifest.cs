using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Domain.Identity;
using Rig.Domain.Json;

namespace Rig.Domain.Recordings;

/// <summary>
/// The manifest of one take, seed 001's nested form version 1.0 (docs/ref/manifest.md). Fields that the seed does not name are
/// optional and only ever added to.
/// </summary>
public sealed record Manifest
{
    public const string CurrentVersion = "1.0";

    public string Version { get; init; } = CurrentVersion;
    public required ManifestRecording Recording { get; init; }
    public required ManifestFile File { get; init; }
    public required ManifestVideo Video { get; init; }
    public required ManifestTiming Timing { get; init; }
    public required ManifestChecksum Checksum { get; init; }
    public ManifestDevice? Device { get; init; }
    public ManifestQuality? Quality { get; init; }

    /// <summary>The lens as the node knows it, a starting value for alignment; absent where the camera was never calibrated.</summary>
    public ManifestLens? Lens { get; init; }

    /// <summary>What the camera saw when the take began; absent where it had shown no picture yet.</summary>
    public ManifestFraming? Framing { get; init; }

    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.Manifest);

    /// <summary>A checksum in capitals, as some systems write it, is the same checksum.</summary>
    /// <exception cref="JsonException">Not a manifest of this form; the message names the field.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> utf8Json)
    {
        var manifest = JsonSerializer.Deserialize(utf8Json[ByteOrderMark.LengthIn(utf8Json)..], ManifestJson.Default.Manifest) ?? throw new JsonException("The manifest is null.");
        return manifest.Checksum?.Value is { } value ? manifest with { Checksum = manifest.Checksum with { Value = value.ToLowerInvariant() } } : manifest;
    }
}

/// <param name="Id"><see cref="TakeId"/> as text.</param>
/// <param name="Position"><c>left</c>, <c>center</c>, <c>right</c> or <c>other</c>.</param>
/// <param name="Take">1 for the first take of this camera in this session.</param>
/// <param name="SessionCameras">Cameras that were asked to record when this take started; with it a server knows when a session is whole.</param>
/// <param name="EndReason">One of <see cref="TakeEndReason"/>; only <c>stopped</c> says that no further take follows.</param>
/// <param name="Source"><c>synthetic</c>, <c>footage</c>, <c>v4l2</c> or <c>libcamera</c>.</param>
public sealed record ManifestRecording(
    string Id,
    string SessionId,
    string CameraId,
    string Position,
    int Take = 1,
    IReadOnlyList<string>? SessionCameras = null,
    string? EndReason = null,
    string? Source = null);

public static class TakeEndReason
{
    public const string Stopped = "stopped";

    /// <summary>Sealed at the next start after the node or the machine died.</summary>
    public const string Repaired = "repaired";

    /// <summary>The node was shut down while the session ran; it may come back with a further take.</summary>
    public const string NodeStopped = "node_stopped";
    public const string DiskFull = "disk_full";
    public const string CaptureFailed = "capture_failed";
    public const string WriteFailed = "write_failed";
}

/// <param name="Codec"><c>h264</c> or <c>h265</c>.</param>
public sealed record ManifestFile(string Name, long SizeBytes, string Container, string Codec);

/// <param name="Fps">Nominal frames per second.</param>
/// <param name="DurationSec">From the first frame's start to the last frame's end, by the monotonic clock.</param>
/// <param name="Frames">Frames in the file.</param>
public sealed record ManifestVideo(ManifestResolution Resolution, int Fps, double BitrateMbps, double DurationSec, long? Frames = null);

public sealed record ManifestResolution(int Width, int Height);

/// <param name="StartTime">The first frame's instant on the master clock, UTC; its time 0 in the file.</param>
/// <param name="EndTime">The last frame's end on the master clock, UTC.</param>
/// <param name="SyncOffsetMs">Node clock minus master clock at the start.</param>
/// <param name="ScheduledStart">The instant the session was to start at, the same for all cameras.</param>
/// <param name="SyncOffsetEndMs">Node clock minus master clock at the end.</param>
/// <param name="ClockStepMs">By how much the node clock was set meanwhile; the frames' times do not follow it. Absent when it was not.</param>
/// <param name="DriftMs">How far the two clocks went apart during the take, steps not counted.</param>
/// <param name="Gaps">Stretches without frames inside the take, on the file's time line.</param>
public sealed record ManifestTiming(
    DateTimeOffset StartTime,
    DateTimeOffset EndTime,
    bool NtpSynced,
    double? SyncOffsetMs = null,
    DateTimeOffset? ScheduledStart = null,
    IReadOnlyList<ManifestGap>? Gaps = null,
    double? SyncOffsetEndMs = null,
    double? ClockStepMs = null,
    double? DriftMs = null);

public sealed record ManifestGap(double StartOffsetMs, double EndOffsetMs, string Reason);

/// <param name="Algorithm"><c>sha256</c>.</param>
/// <param name="Value">Lower-case hex.</param>
public sealed record ManifestChecksum(string Algorithm, string Value);

public sealed record ManifestDevice(string? Hostname = null, string? IpAddress = null, string? SoftwareVersion = null);

/// <param name="TemperatureAvgC">Over the take, of the processor; absent without a sensor.</param>
public sealed record ManifestQuality(long? DroppedFrames = null, double? TemperatureAvgC = null, double? TemperatureMaxC = null);

/// <summary>
/// Pinhole with Brown-Conrady distortion as OpenCV writes it: pixels of the recorded picture; <c>k1 k2 p1 p2 k3</c> dimensionless.
/// </summary>
public sealed record ManifestLens(double Fx, double Fy, double Cx, double Cy, double K1, double K2, double P1, double P2, double K3);

/// <summary>How the camera was aimed; each share is of the picture, 0 to 1.</summary>
/// <param name="TakenAt">Node clock of the picture.</param>
/// <param name="Status"><c>excellent</c>, <c>good</c>, <c>partial</c> or <c>no_field</c>; absent where the picture could not be judged.</param>
/// <param name="TiltDeg">Positive when the camera's right side is too low; absent where no line across the picture shows it.</param>
/// <param name="SnapshotBase64">The picture, JPEG.</param>
public sealed record ManifestFraming(
    DateTimeOffset TakenAt,
    string? Status = null,
    double? Score = null,
    double? GrassCoverage = null,
    double? TiltDeg = null,
    double? Sharpness = null,
    double? Overexposed = null,
    double? Underexposed = null,
    string? SnapshotBase64 = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false,
    WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
public sealed partial class ManifestJson : JsonSerializerContext;
