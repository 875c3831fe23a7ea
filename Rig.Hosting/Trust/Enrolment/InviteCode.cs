using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>
/// What a person carries from the authority's machine to the one that joins: 80 random bits that let it in once, and 120 bits of the
/// authority's SHA-256, by which it knows that nobody stands between. Forty letters and digits (Crockford's base 32), in groups of five.
/// </summary>
public sealed record InviteCode(byte[] Secret, byte[] Fingerprint)
{
    private const int SecretBytes = 10;
    private const int FingerprintBytes = 15;
    private const int Group = 5;
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static InviteCode For(X509Certificate2 authority) => new(RandomNumberGenerator.GetBytes(SecretBytes), FingerprintOf(authority));

    /// <param name="text">Small letters, spaces and hyphens as they come; O is read as 0, I and L as 1.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out InviteCode? code)
    {
        code = null;
        var bytes = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var symbol in text.Where(c => c is not '-' and not ' ').Select(char.ToUpperInvariant).Select(c => c switch { 'O' => '0', 'I' or 'L' => '1', _ => c }))
        {
            var digit = Digits.IndexOf(symbol, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            (bits, held) = ((bits << 5) | digit, held + 5);
            if (held >= 8)
            {
                held -= 8;
                bytes.Add((byte)(bits >> held));
                bits &= (1 << held) - 1;
            }
        }

        code = bytes.Count == SecretBytes + FingerprintBytes && held == 0 ? new InviteCode([.. bytes[..SecretBytes]], [.. bytes[SecretBytes..]]) : null;
        return code is not null;
    }

    public bool IsOf(X509Certificate2 authority) => CryptographicOperations.FixedTimeEquals(Fingerprint, FingerprintOf(authority));

    public override string ToString()
    {
        var text = new StringBuilder();
        var (bits, held, count) = (0, 0, 0);
        foreach (var value in Secret.Concat(Fingerprint))
        {
            (bits, held) = ((bits << 8) | value, held + 8);
            while (held >= 5)
            {
                held -= 5;
                text.Append(count > 0 && count % Group == 0 ? "-" : "").Append(Digits[(bits >> held) & 31]);
                bits &= (1 << held) - 1;
                count++;
            }
        }

        return text.ToString();
    }

    private static byte[] FingerprintOf(X509Certificate2 authority) => SHA256.HashData(authority.RawData)[..FingerprintBytes];
}
