using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Rig.Viewer.Settings;

namespace Rig.Viewer.Watch.Delivery;

/// <param name="SessionId">SHA-256 of the session's key, as in the database.</param>
internal readonly record struct PassHolder(string SessionId, int GameId);

/// <summary>
/// The short-lived cookie with which a browser fetches one game's media: it says which session and which game, signed with a key
/// that lives as long as this process. It opens nothing by itself; <see cref="MediaGrants"/> says whether the session still may.
/// </summary>
internal sealed class MediaPass(IOptions<ViewerOptions> options, TimeProvider clock)
{
    public const string CookieName = "rig_viewer_media";

    /// <summary>Then the session itself is asked for, and a new one given.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int SessionBytes = 32;
    private const int SignedBytes = SessionBytes + 4 + 8;
    private const int PassBytes = SignedBytes + HMACSHA256.HashSizeInBytes;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public void Give(HttpResponse response, PassHolder holder)
    {
        Span<byte> pass = stackalloc byte[PassBytes];
        Convert.FromHexString(holder.SessionId).CopyTo(pass);
        BinaryPrimitives.WriteInt32BigEndian(pass[SessionBytes..], holder.GameId);
        BinaryPrimitives.WriteInt64BigEndian(pass[(SessionBytes + 4)..], (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds());
        HMACSHA256.HashData(key, pass[..SignedBytes], pass[SignedBytes..]);
        response.Cookies.Append(CookieName, Base64Url.EncodeToString(pass), new CookieOptions
        {
            Path = string.Create(CultureInfo.InvariantCulture, $"/media/games/{holder.GameId}"),
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = options.Value.IsHttps,
            MaxAge = Lifetime,
        });
    }

    /// <returns>Null for a pass that is not this program's, of another game, or over.</returns>
    public PassHolder? Read(string? cookie, int gameId)
    {
        Span<byte> pass = stackalloc byte[PassBytes];
        if (cookie is not { Length: <= 2 * PassBytes } || !Base64Url.IsValid(cookie, out var length) || length != PassBytes)
        {
            return null;
        }

        Base64Url.DecodeFromChars(cookie, pass);
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, pass[..SignedBytes], signature);
        return CryptographicOperations.FixedTimeEquals(signature, pass[SignedBytes..])
            && BinaryPrimitives.ReadInt32BigEndian(pass[SessionBytes..]) == gameId
            && BinaryPrimitives.ReadInt64BigEndian(pass[(SessionBytes + 4)..]) > clock.GetUtcNow().ToUnixTimeSeconds()
            ? new PassHolder(Convert.ToHexStringLower(pass[..SessionBytes]), gameId)
            : null;
    }
}
