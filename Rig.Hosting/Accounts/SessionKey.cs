using System.Security.Cryptography;
using System.Text;

namespace Rig.Hosting.Accounts;

/// <summary>The key of one person's session on one device. The browser's cookie has it; the database has only <see cref="IdOf"/> it.</summary>
public static class SessionKey
{
    private const int Bytes = 32;

    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <returns>SHA-256 in lower-case hex: the key has 256 random bits, so that nothing leads back to it.</returns>
    public static string IdOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
