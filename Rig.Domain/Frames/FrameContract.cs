namespace Rig.Domain.Frames;

/// <summary>The addresses and headers by which devices and server meet. docs/ref/frames-api.md.</summary>
public static class FrameContract
{
    public const string FramePath = "/api/v1/ingest/frame";
    public const string HeartbeatPath = "/api/v1/ingest/heartbeat";
    public const string EventPath = "/api/v1/ingest/event";
    public const string ConfigPath = "/api/v1/device/config";

    public const string KeyHeader = "X-DEVICE-KEY";

    /// <summary>Milliseconds between taking and sending the picture, by a clock that cannot be set; lets the server know the instant though the device's date is wrong.</summary>
    public const string AgeHeader = "X-Frame-Age-Ms";

    /// <summary>On 409: SHA-256 in hex of the picture that the server has under this number.</summary>
    public const string StoredSha256Header = "X-Stored-Sha256";

    public const int MaxWidth = 8192;
    public const int MaxHeight = 8192;
}

/// <summary>Answer to a picture that is stored.</summary>
/// <param name="FrameId">A UUID.</param>
/// <param name="ReceivedTs">When, by the server's clock.</param>
public sealed record FrameReply(bool Ok, string FrameId, DateTimeOffset ReceivedTs);

/// <param name="LastSeen">By the server's clock.</param>
public sealed record HeartbeatReply(bool Ok, DateTimeOffset LastSeen);

/// <summary>What a device says of itself now and then.</summary>
/// <param name="Rssi">dBm.</param>
/// <param name="BatteryMv">Millivolts.</param>
/// <param name="Health">The device's own figures, such as <c>spooled_frames</c>; kept as they come.</param>
public sealed record HeartbeatRequest(string DeviceId, int? Rssi = null, int? BatteryMv = null, string? FwVersion = null, DeviceHealth? Health = null);

/// <summary>Local health of rig-node's still-frame camera.</summary>
/// <param name="Mode"><c>baseline</c> or <c>burst</c>.</param>
/// <param name="SpooledFrames">Pictures that wait on its disk.</param>
/// <param name="DroppedFrames">Pictures that found no room, since it started.</param>
/// <param name="CaptureFailures">Pictures that the camera did not give, since it started.</param>
/// <param name="Error">What is wrong now; null when nothing is.</param>
public sealed record DeviceHealth(
    string Mode, int SpooledFrames, long SpooledBytes, long DroppedFrames, long CaptureFailures, long SentFrames, double? TemperatureC, long FreeBytes, string? Error);
