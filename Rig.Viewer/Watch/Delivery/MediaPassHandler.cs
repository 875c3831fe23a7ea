using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Rig.Viewer.Accounts.Sessions;

namespace Rig.Viewer.Watch.Delivery;

/// <summary>
/// Lets a request for media in by its pass, without the database; without a pass that counts, by the session as everywhere.
/// </summary>
internal sealed class MediaPassHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, MediaPass passes, MediaGrants grants)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "MediaPass";

    /// <returns>Whether this handler is the one to ask.</returns>
    public static bool IsFor(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/media/games") && context.Request.Cookies.ContainsKey(MediaPass.CookieName);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.RouteValues.TryGetValue("gameId", out var value) && int.TryParse(value as string, NumberStyles.None, CultureInfo.InvariantCulture, out var gameId)
            && passes.Read(Request.Cookies[MediaPass.CookieName], gameId) is { } holder
            && await grants.FindAsync(holder) is { } grant)
        {
            Context.Features.Set(grant);
            return AuthenticateResult.Success(new AuthenticationTicket(SessionCookie.PersonOf(grant.UserId), Name));
        }

        return await Context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
    }
}
