using System.Text.Json;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <param name="LastSeenAt">Its last picture, heartbeat or question for its configuration.</param>
/// <param name="CaptureMode"><c>baseline</c> or <c>burst</c>: what it is asked for now.</param>
/// <param name="LastConfigAt">When it last fetched its configuration.</param>
/// <param name="LastSeq">Of its newest picture; -1 for none.</param>
/// <param name="Waiting">Pictures that are not analysed yet.</param>
/// <param name="Health">What it last said of itself.</param>
/// <param name="OldKeyUntil">Until when the key before the newest opens; null when it does not.</param>
internal sealed record FrameDeviceView(
    string DeviceId, string DisplayName, bool IsEnabled, bool RequiresSignature, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt, string CaptureMode, DateTimeOffset? LastConfigAt, long LastSeq, long Waiting,
    string? FwVersion, int? RssiDbm, int? BatteryMv, string? Notes, JsonElement? Health, DateTimeOffset? OldKeyUntil);

internal sealed record FrameDeviceListView(IReadOnlyList<FrameDeviceView> Devices);

/// <param name="Served">As the device gets it.</param>
internal sealed record FrameDeviceDetailView(FrameDeviceView Device, DeltaSettings Settings, int ConfigVersion, RegionSet Regions, int RoiVersion, ServedConfig Served);

/// <summary>A key, shown this once.</summary>
/// <param name="OldKeyUntil">Until when the key before it still opens; null for a new device.</param>
internal sealed record DeviceKeyReply(string DeviceId, string DeviceKey, DateTimeOffset? OldKeyUntil);

/// <param name="Version">Of the settings or regions that hold from now on.</param>
internal sealed record VersionReply(int Version);

/// <param name="Ok">Always true.</param>
internal sealed record FrameOkReply(bool Ok);
