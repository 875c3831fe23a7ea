using System.Text.Json.Serialization;

namespace Rig.Hosting.Trust;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SignedReceipt))]
internal sealed partial class TrustJson : JsonSerializerContext;
