using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Rig.Hosting.Trust.Certificates;

/// <summary>Certificates that count no more, signed by the authority; of two lists the one with the higher number holds.</summary>
/// <param name="Serials">Upper-case hex, as <see cref="X509Certificate2.SerialNumber"/> gives them.</param>
/// <param name="Signature">ECDSA by the authority's key over <see cref="Text"/>.</param>
public sealed record RevocationList(long Number, DateTimeOffset IssuedAt, IReadOnlyList<string> Serials, byte[] Signature)
{
    /// <summary>More serials than a rig's machines use up in a hundred years.</summary>
    public const int MaxBytes = 256 * 1024;

    public static RevocationList Sign(RigAuthority authority, long number, DateTimeOffset issuedAt, IEnumerable<string> serials)
    {
        var list = new RevocationList(number, issuedAt, [.. serials.Distinct().Order(StringComparer.Ordinal)], []);
        return list with { Signature = authority.Sign(list.Text()) };
    }

    public bool Contains(X509Certificate2 certificate) => Serials.Contains(certificate.SerialNumber, StringComparer.OrdinalIgnoreCase);

    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, ListJson.Default.RevocationList);

    /// <returns>Null for a text that is no list or that this authority did not sign.</returns>
    public static RevocationList? Read(ReadOnlySpan<byte> json, X509Certificate2 authority)
    {
        try
        {
            using var key = authority.GetECDsaPublicKey();
            return json.Length <= MaxBytes && JsonSerializer.Deserialize(json, ListJson.Default.RevocationList) is { } list
                && key?.VerifyData(list.Text(), list.Signature, HashAlgorithmName.SHA256) == true ? list : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private byte[] Text() => Encoding.UTF8.GetBytes(
        string.Join('\n', ["rig-revoked-1", Number.ToString(CultureInfo.InvariantCulture), IssuedAt.ToString("O", CultureInfo.InvariantCulture), .. Serials]));
}

/// <summary>A certificate that the authority gave, for 'trust list' and 'trust revoke'.</summary>
/// <param name="Name">As <see cref="MachineIdentity.TryParse"/> reads it.</param>
public sealed record IssuedCertificate(string Name, string Serial, DateTimeOffset IssuedAt, DateTimeOffset EndsAt);
