using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Hosting.Trust.Enrolment;

/// <param name="Secret">Of the invitation.</param>
/// <param name="Request">PKCS #10 in PEM.</param>
internal sealed record JoinRequest(byte[] Secret, string Request);

/// <summary>What the authority answers a request with, over the network or in a file.</summary>
/// <param name="Certificate">The machine's, in PEM.</param>
/// <param name="Authority">The authority's, in PEM.</param>
/// <param name="Revoked">A <see cref="Certificates.RevocationList"/> in JSON.</param>
/// <param name="AuthorityUrl">Root of the machine port where certificates are renewed; null where nobody knows it.</param>
internal sealed record EnrolmentReply(string Certificate, string Authority, JsonElement? Revoked, string? AuthorityUrl);

internal sealed record JoinRefusal(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(EnrolmentReply))]
[JsonSerializable(typeof(JoinRefusal))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
