using System.Text.Json.Serialization;

namespace Rig.Hosting.Trust.Certificates;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RevocationList))]
[JsonSerializable(typeof(List<IssuedCertificate>))]
internal sealed partial class ListJson : JsonSerializerContext;
