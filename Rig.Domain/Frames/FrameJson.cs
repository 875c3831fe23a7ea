using System.Text.Json.Serialization;

namespace Rig.Domain.Frames;

/// <summary>The records between devices and server.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FrameMeta))]
[JsonSerializable(typeof(FrameReply))]
[JsonSerializable(typeof(HeartbeatRequest))]
[JsonSerializable(typeof(HeartbeatReply))]
[JsonSerializable(typeof(DeviceConfigReply))]
public sealed partial class FrameJson : JsonSerializerContext;
