using System.Security.Cryptography;
using System.Text;

namespace Rig.Actors.Operations;

/// <summary>
/// Both sides prove that they know the token without sending it: HMAC-SHA256, keyed with the token, over the side's name and both nonces. A
/// recorded exchange opens nothing, and a program that only poses as a node learns nothing.
/// </summary>
public static class OperationsHandshake
{
    public const int Version = 1;

    public const string Node = "node";

    public const string Operator = "operator";

    /// <summary>64 hex digits.</summary>
    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <param name="side"><see cref="Node"/> or <see cref="Operator"/>: who proves.</param>
    /// <returns>64 hex digits.</returns>
    public static string Proof(string token, string side, string nodeNonce, string operatorNonce) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes($"{side}\n{nodeNonce}\n{operatorNonce}")));

    /// <summary>Takes as long for a wrong proof as for the right one.</summary>
    public static bool Matches(string expected, string? given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given ?? ""));
}
