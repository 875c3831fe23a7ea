using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Rig.Viewer.Accounts.Sessions;

/// <summary>Ties the sign-in cookie to its session in the database.</summary>
internal static class SessionCookie
{
    // In the cookie's properties and not a claim: claims are made again when the security stamp is looked at.
    private const string KeyItem = "session";

    public static AuthenticationProperties Properties(string key, bool isPersistent) => new() { IsPersistent = isPersistent, Items = { [KeyItem] = key } };

    /// <returns>The key of the session that this request came with; null when it came with none.</returns>
    public static async Task<string?> KeyAsync(HttpContext context) =>
        (await context.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Properties?.Items.TryGetValue(KeyItem, out var key) == true ? key : null;

    /// <summary>At every request: the session first, then Identity's security stamp.</summary>
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionRegistry>();
        if (context.Properties.Items.TryGetValue(KeyItem, out var key) && key is not null
            && await sessions.IsOpenAsync(key, UserId(context.Principal), context.HttpContext.RequestAborted))
        {
            await SecurityStampValidator.ValidatePrincipalAsync(context);
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    /// <summary>A person of whom nothing but the number is known.</summary>
    public static ClaimsPrincipal PersonOf(int userId) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, userId.ToString(CultureInfo.InvariantCulture))], "session"));

    /// <returns>0, which nobody has, for someone who is not signed in.</returns>
    public static int UserId(ClaimsPrincipal? person) =>
        int.TryParse(person?.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}
