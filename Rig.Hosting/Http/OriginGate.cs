using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Http;

/// <summary>Refuses what a page of another site makes a browser send. Programs send neither header and are let through; they need a key.</summary>
public static class OriginGate
{
    /// <summary>Anything but GET, HEAD, OPTIONS and TRACE from another site is 403, with no body. Stands after forwarded headers are read.</summary>
    /// <param name="ownOrigins">Besides the address that was asked: such as <c>https://games.example.org</c> where a proxy speaks https.</param>
    public static void UseOriginGate(this IApplicationBuilder app, params IEnumerable<string> ownOrigins)
    {
        var own = ownOrigins.ToHashSet(StringComparer.OrdinalIgnoreCase);
        app.Use((context, next) =>
        {
            if (IsAllowed(context.Request, own))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        });
    }

    public static bool IsAllowed(HttpRequest request, IReadOnlySet<string> ownOrigins)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method))
        {
            return true;
        }

        // "none": the person himself, by reloading or from a bookmark.
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin" && site != "none")
        {
            return false;
        }

        // Browsers without Sec-Fetch-Site send Origin with every POST; "null" is a page that hides where it comes from.
        return request.Headers.Origin is not { Count: > 0 } origin
            || (origin.Count == 1 && (string.Equals(origin[0], $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) || ownOrigins.Contains(origin[0]!)));
    }
}
