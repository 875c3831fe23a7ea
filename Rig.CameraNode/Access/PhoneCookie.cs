namespace Rig.CameraNode.Access;

/// <summary>Where a paired phone keeps its token: out of reach of scripts, and sent with no request that another site's page begins.</summary>
internal static class PhoneCookie
{
    public const string Name = "rig_device";

    /// <summary>As long as browsers keep any cookie; each opening of the page begins it again, so a phone pairs again only after a year's rest.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(400);

    public static void Give(HttpContext context, string token) => context.Response.Cookies.Append(Name, token, Options(context, Lifetime));

    public static void Take(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, null));

    private static CookieOptions Options(HttpContext context, TimeSpan? maxAge) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", MaxAge = maxAge };
}
