using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Access;

/// <summary>
/// Keys by which programs are let in: header <c>X-Api-Key</c> or <c>Authorization: Bearer</c>. A program that is asked knows only
/// their hashes.
/// </summary>
public sealed class ApiKeys
{
    public const string Header = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private const int MaxKeyLength = 512;
    private const int KeyDigits = 48;

    private readonly byte[][] hashes;

    /// <param name="sha256">64 hexadecimal digits each.</param>
    /// <exception cref="FormatException">One of them is not hexadecimal.</exception>
    public ApiKeys(IEnumerable<string> sha256) => hashes = [.. sha256.Select(Convert.FromHexString)];

    /// <summary>Nobody is let in by a key.</summary>
    public bool IsEmpty => hashes.Length == 0;

    /// <returns>A new key and what is configured for it.</returns>
    public static (string Key, string Sha256) New()
    {
        var key = "rig_" + RandomNumberGenerator.GetHexString(KeyDigits, lowercase: true);
        return (key, Convert.ToHexStringLower(HashOf(key)));
    }

    /// <summary>A key has 192 random bits, so its plain SHA-256 cannot be turned back; every hash is compared, in constant time.</summary>
    public bool AreShownBy(HttpRequest request)
    {
        var given = Given(request);
        if (given.Length is 0 or > MaxKeyLength)
        {
            return false;
        }

        var hash = HashOf(given);
        var match = false;
        foreach (var known in hashes)
        {
            match |= CryptographicOperations.FixedTimeEquals(hash, known);
        }

        return match;
    }

    private static string Given(HttpRequest request)
    {
        if (request.Headers[Header] is [{ } header])
        {
            return header;
        }

        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : "";
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
