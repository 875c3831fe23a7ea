using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Http;

/// <summary>Headers that keep a page from running, showing or leaking anything that is not its own.</summary>
public static class SecurityHeaders
{
    /// <param name="scriptedMedia">Whether scripts put videos together (MediaSource), whose address is a blob of the page's own.</param>
    /// <param name="pinHttps">Browsers that came by HTTPS come by nothing else for a year. Not for who may go back to HTTP.</param>
    public static void UseSecurityHeaders(this IApplicationBuilder app, bool pinHttps = true, bool scriptedMedia = false)
    {
        var policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + $"media-src 'self'{(scriptedMedia ? " blob:" : "")}; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        app.Use((context, next) => RunAsync(context, next, policy, pinHttps));
    }

    private static Task RunAsync(HttpContext context, RequestDelegate next, string policy, bool pinHttps)
    {
        // At the last moment, since the answer to a failure begins with clearing all headers.
        context.Response.OnStarting(() =>
        {
            Set(context, policy, pinHttps);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static void Set(HttpContext context, string policy, bool pinHttps)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["X-Robots-Tag"] = "noindex, nofollow";
        if (headers.CacheControl.Count == 0)
        {
            // Pictures of children: a shared computer must not show them again after signing out.
            headers.CacheControl = "no-store";
        }

        if (pinHttps && context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }
}
