using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Rig.Viewer.Accounts.SignIn;

/// <summary>
/// Remembers that a browser signed in to an account before. It opens nothing; it only gives that browser wrong tries of its own,
/// so that nobody else's, not even from the same network, keep the account's own people waiting.
/// </summary>
internal sealed class DeviceCookie(IDataProtectionProvider protection)
{
    public const string Name = "rig_viewer_device";
    private const int NonceBytes = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("sign-in device").ToTimeLimitedDataProtector();

    /// <returns>The device's own number; null when the browser never signed in to this account, or long ago.</returns>
    public string? Read(HttpRequest request, int userId)
    {
        if (request.Cookies[Name] is not { Length: > 0 } cookie)
        {
            return null;
        }

        try
        {
            return protector.Unprotect(cookie).Split(':') is [var id, var nonce] && id == userId.ToString(CultureInfo.InvariantCulture) ? nonce : null;
        }
        catch (CryptographicException)
        {
            // Another's, an older key's, or too old.
            return null;
        }
    }

    public void Write(HttpContext context, int userId)
    {
        var nonce = Read(context.Request, userId) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        context.Response.Cookies.Append(
            Name,
            protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{userId}:{nonce}"), Lifetime),
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, MaxAge = Lifetime, Path = "/login", IsEssential = true });
    }
}
