using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rig.Domain.Frames;

/// <summary>
/// The optional signature of a request, in place of the device's key: HMAC-SHA256 over method, path with query, device, instant, nonce
/// and the body's SHA-256, a line each. The server keeps only what is derived from the key (<see cref="SecretOf"/>).
/// </summary>
/// <param name="DeviceId">Header <c>X-Device-Id</c>.</param>
/// <param name="UnixMs">Header <c>X-Device-Time</c>.</param>
/// <param name="Nonce">Header <c>X-Device-Nonce</c>, new for each request.</param>
/// <param name="BodySha256">Header <c>X-Content-SHA256</c>, hex.</param>
public sealed record FrameSignature(string Method, string PathAndQuery, string DeviceId, long UnixMs, string Nonce, string BodySha256)
{
    public const string DeviceHeader = "X-Device-Id";
    public const string TimeHeader = "X-Device-Time";
    public const string NonceHeader = "X-Device-Nonce";
    public const string BodyHeader = "X-Content-SHA256";
    public const string SignatureHeader = "X-Device-Signature";

    /// <returns>64 hexadecimal digits, lower case.</returns>
    public string Sign(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(string.Join(
        '\n', Method, PathAndQuery, DeviceId, UnixMs.ToString(CultureInfo.InvariantCulture), Nonce, BodySha256))));

    /// <summary>The secret that a device with this key signs with; the key itself does not follow from it.</summary>
    public static byte[] SecretOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes("rig-frame-signature\n" + key));
}
