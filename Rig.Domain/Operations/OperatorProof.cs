using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rig.Domain.Operations;

/// <summary>
/// Both sides prove that they know the token without sending it, by HMAC-SHA256 (RFC 2104): first over both nonces, then, with a key of the
/// session's own, over every request and its answer. A recorded exchange opens nothing, a request cannot be changed or sent again, and a
/// program that only poses as a node learns nothing.
/// </summary>
public static class OperatorProof
{
    /// <summary>Of the header <c>Authorization</c>, before <see cref="OperatorAuthorization"/>.</summary>
    public const string Scheme = "Rig-HMAC";

    private const int NonceLength = 64;

    /// <summary>64 hex digits.</summary>
    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceLength / 2));

    public static bool IsNonce(string? text) => text is { Length: NonceLength } && text.All(char.IsAsciiHexDigitLower);

    /// <returns>64 hex digits, as all proofs are.</returns>
    public static string OfOperator(string token, string nodeNonce, string operatorNonce) => Hmac(Encoding.UTF8.GetBytes(token), "operator", nodeNonce, operatorNonce);

    public static string OfNode(string token, string nodeNonce, string operatorNonce) => Hmac(Encoding.UTF8.GetBytes(token), "node", nodeNonce, operatorNonce);

    /// <summary>Never sent; both sides make it from the token and the nonces.</summary>
    public static byte[] SessionKey(string token, string nodeNonce, string operatorNonce) =>
        Encoding.UTF8.GetBytes(Hmac(Encoding.UTF8.GetBytes(token), "session", nodeNonce, operatorNonce));

    /// <param name="count">Rises with each request of the session.</param>
    /// <param name="target">Path and query as they are sent.</param>
    public static string OfRequest(byte[] sessionKey, long count, string method, string target, ReadOnlySpan<byte> body) =>
        Hmac(sessionKey, "request", Text(count), method, target, Convert.ToHexStringLower(SHA256.HashData(body)));

    /// <param name="count">That of the request.</param>
    public static string OfAnswer(byte[] sessionKey, long count, int status) => Hmac(sessionKey, "answer", Text(count), Text(status));

    /// <summary>Takes as long for a wrong proof as for the right one.</summary>
    public static bool Matches(string expected, string? given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given ?? ""));

    private static string Hmac(byte[] key, params string[] parts) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
