namespace Rig.Domain.Frames;

/// <summary>What a device says of a picture: part <c>meta</c> of an upload. Names on the wire are snake_case.</summary>
/// <param name="CaptureTs">When it was taken, by the device's clock; ISO 8601.</param>
/// <param name="Seq">Counts the device's pictures; never given twice.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="JpegQuality">1 to 100.</param>
/// <param name="BatteryMv">Millivolts.</param>
/// <param name="Rssi">Wi-Fi signal in dBm.</param>
/// <param name="Notes">Free text; rig-node says <c>baseline</c> or <c>burst</c>.</param>
public sealed record FrameMeta(
    string DeviceId,
    DateTimeOffset CaptureTs,
    long Seq,
    int Width,
    int Height,
    int JpegQuality,
    int? BatteryMv = null,
    int? Rssi = null,
    string? FwVersion = null,
    string? Notes = null);
