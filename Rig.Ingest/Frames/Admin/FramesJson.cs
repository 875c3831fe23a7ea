using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Ingest.Frames;

/// <param name="Jobs">The newest first.</param>
internal sealed record DeadJobListView(IReadOnlyList<DeadJob> Jobs);

/// <summary>Every record that a route of still-frame cameras answers with.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FrameRefusalReply))]
[JsonSerializable(typeof(DeviceEventReply))]
[JsonSerializable(typeof(FrameDashboardView))]
[JsonSerializable(typeof(FrameDeviceListView))]
[JsonSerializable(typeof(FrameDeviceDetailView))]
[JsonSerializable(typeof(FrameEventListView))]
[JsonSerializable(typeof(FrameEventDetailView))]
[JsonSerializable(typeof(CaptureListView))]
[JsonSerializable(typeof(DeadJobListView))]
[JsonSerializable(typeof(DeviceKeyReply))]
[JsonSerializable(typeof(VersionReply))]
[JsonSerializable(typeof(FrameOkReply))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class FramesJson : JsonSerializerContext;
