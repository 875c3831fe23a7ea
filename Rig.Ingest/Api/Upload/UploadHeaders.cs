using System.Globalization;
using Rig.Hosting.Http;

namespace Rig.Ingest.Api;

/// <summary>The header fields of resumable uploads, which are structured fields (RFC 9651), and of digests (RFC 9530).</summary>
internal static class UploadHeaders
{
    public const string Complete = "Upload-Complete";
    public const string Offset = "Upload-Offset";
    public const string Length = "Upload-Length";
    public const string Limit = "Upload-Limit";
    public const string InteropVersion = "Upload-Draft-Interop-Version";
    public const string ReprDigest = "Repr-Digest";
    public const string ContentDigest = "Content-Digest";

    /// <summary>Ours: the take's manifest as base64 of UTF-8 JSON, for a body that is nothing but video.</summary>
    public const string Manifest = "Rig-Manifest";

    /// <summary>All headers of a request: room for a manifest of 700 kB.</summary>
    public const int MaxTotalBytes = 1 << 20;

    /// <summary>A structured integer has at most 15 digits.</summary>
    private const int MaxIntegerDigits = 15;

    private const int Sha256Bytes = 32;

    /// <returns>Null when the field is absent or not a boolean, which means the same.</returns>
    public static bool? Boolean(HttpRequest request, string name) => Bare(request, name) switch { "?1" => true, "?0" => false, _ => null };

    /// <returns>Null when the field is absent or not a non-negative integer, which means the same.</returns>
    public static long? Integer(HttpRequest request, string name) =>
        Bare(request, name) is { Length: > 0 and <= MaxIntegerDigits } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>The SHA-256 of a digest field such as <c>sha-256=:base64:, md5=:base64:</c>.</summary>
    /// <returns>Lower-case hex; null when the field is absent or has no SHA-256.</returns>
    /// <exception cref="ApiException">400: it has one that is not a SHA-256.</exception>
    public static string? Sha256(HttpRequest request, string name)
    {
        const string Key = "sha-256=:";
        foreach (var member in request.Headers[name].ToString().Split(','))
        {
            var text = member.AsSpan().Trim();
            if (!text.StartsWith(Key, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var bytes = new byte[Sha256Bytes];
            return text[^1] == ':' && text.Length > Key.Length
                && Convert.TryFromBase64Chars(text[Key.Length..^1], bytes, out var written) && written == Sha256Bytes
                ? Convert.ToHexStringLower(bytes)
                : throw new ApiException(400, $"{name} must hold sha-256 as 32 bytes in base64 between colons.");
        }

        return null;
    }

    public static string Format(bool value) => value ? "?1" : "?0";

    /// <summary>One item, without the parameters that may follow it.</summary>
    private static string? Bare(HttpRequest request, string name) =>
        request.Headers[name] is [{ } single] ? single.Split(';', 2)[0].Trim() : null;
}
