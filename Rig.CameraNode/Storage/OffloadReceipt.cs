using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.CameraNode.Storage;

/// <summary>A server's word that it holds these bytes durably, kept as <c>{recording id}.receipt.json</c> beside the manifest.</summary>
/// <param name="Sha256">Lower-case hex of the video that is confirmed.</param>
/// <param name="Receipt">The server's own text.</param>
internal sealed record OffloadReceipt(string RecordingId, string Sha256, string Receipt, DateTimeOffset ConfirmedAt)
{
    internal byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, OffloadReceiptJson.Default.OffloadReceipt);

    internal static OffloadReceipt? Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, OffloadReceiptJson.Default.OffloadReceipt) is { } receipt ? receipt with { Sha256 = receipt.Sha256.ToLowerInvariant() } : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OffloadReceipt))]
internal sealed partial class OffloadReceiptJson : JsonSerializerContext;
