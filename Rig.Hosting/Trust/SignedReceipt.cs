using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>A home server's signed word that it holds a take durably.</summary>
/// <param name="RecordingId">The take.</param>
/// <param name="Sha256">Lower-case hex of the video.</param>
/// <param name="Server">Name of the server; the certificate says the same.</param>
/// <param name="Certificate">The server's, DER.</param>
/// <param name="Signature">ECDSA on P-256 with SHA-256 by the certificate's key (IEEE P1363) over the lines <c>rig-receipt-1</c>, take, SHA-256, size, server and time (round trip format), joined by line feeds, in UTF-8.</param>
public sealed record SignedReceipt(string RecordingId, string Sha256, long SizeBytes, string Server, DateTimeOffset SignedAt, byte[] Certificate, byte[] Signature)
{
    public const string Member = "receipt";

    /// <exception cref="InvalidOperationException">This machine is not enrolled.</exception>
    public static SignedReceipt Sign(RigTrust trust, string recordingId, string sha256, long sizeBytes, DateTimeOffset now)
    {
        var enrolled = trust.Current ?? throw new InvalidOperationException("A machine without a certificate signs nothing.");
        using var key = enrolled.Machine.GetECDsaPrivateKey();
        var receipt = new SignedReceipt(recordingId, sha256.ToLowerInvariant(), sizeBytes, enrolled.Self.Name, now, enrolled.Machine.RawData, []);
        return receipt with { Signature = key!.SignData(receipt.Text(), HashAlgorithmName.SHA256) };
    }

    /// <summary>The member <c>receipt</c> of an answer or request.</summary>
    /// <returns>Null where there is none that can be read.</returns>
    public static SignedReceipt? In(JsonElement body)
    {
        try
        {
            return body.ValueKind == JsonValueKind.Object && body.TryGetProperty(Member, out var receipt) ? receipt.Deserialize(TrustJson.Default.SignedReceipt) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this, TrustJson.Default.SignedReceipt)!;

    /// <summary>Null when an enrolled home server signed it for these very bytes; else why it does not count.</summary>
    public string? Refusal(RigTrust trust, string recordingId, string sha256, long sizeBytes)
    {
        if (RecordingId != recordingId || !string.Equals(Sha256, sha256, StringComparison.OrdinalIgnoreCase) || SizeBytes != sizeBytes)
        {
            return "The receipt is for another recording.";
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Certificate);
            if (trust.Identify(certificate, out var why) is not { Role: MachineRole.Server } server || server.Name != Server)
            {
                return why.Length > 0 ? $"The receipt is not of a home server of this rig: {why}." : "The receipt is not of a home server of this rig.";
            }

            using var key = certificate.GetECDsaPublicKey();
            return key?.VerifyData(Text(), Signature, HashAlgorithmName.SHA256) == true ? null : "The receipt's signature is wrong.";
        }
        catch (CryptographicException)
        {
            return "The receipt holds no certificate.";
        }
    }

    private byte[] Text() => Encoding.UTF8.GetBytes(string.Join(
        '\n', "rig-receipt-1", RecordingId, Sha256, SizeBytes.ToString(CultureInfo.InvariantCulture), Server, SignedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)));
}
