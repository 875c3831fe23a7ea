namespace Rig.CameraNode.Access;

/// <summary>Headers that keep the page from running, showing or leaking anything that is not its own.</summary>
internal static class NodeHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void UseNodeHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // At the last moment, since the answer to a failure may begin with clearing all headers.
        context.Response.OnStarting(() =>
        {
            Set(context);
            return Task.CompletedTask;
        });
        return next(context);
    });

    private static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.CacheControl.Count == 0)
        {
            // Pictures of children and what a phone was told; nothing of it stays in a browser.
            headers.CacheControl = "no-store";
        }
    }
}
