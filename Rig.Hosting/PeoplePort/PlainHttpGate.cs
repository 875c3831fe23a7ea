using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Rig.Hosting.Http;
using Rig.Hosting.Trust;

namespace Rig.Hosting.PeoplePort;

/// <summary>
/// What plain HTTP gets: everything from this machine itself, where nobody reads along; from elsewhere pages are sent on to https, and
/// all else is refused before a cookie, a key or a body is looked at.
/// </summary>
public static class PlainHttpGate
{
    private const string Refusal = "Plain HTTP is for programs on this machine alone: from elsewhere whoever is in the network could read along.";

    /// <summary>Stands after the gate of names, so that an answer's <c>Location</c> never holds a forged one.</summary>
    /// <param name="isAllowed">The configuration lets plain HTTP in from everywhere.</param>
    /// <param name="remedy">What to do instead, as a sentence: for programs, which are not sent on.</param>
    /// <param name="secureRoot">Where pages are served by https, such as <c>https://games.example.org</c>; null where they are not.</param>
    /// <param name="isServedHere">Programs on this machine may use it; false where the operator wants TLS on every connection.</param>
    public static void UsePlainHttpGate(this IApplicationBuilder app, bool isAllowed, string remedy, Func<HttpContext, string?> secureRoot, bool isServedHere = true)
    {
        if (isAllowed)
        {
            return;
        }

        app.Use((context, next) =>
        {
            var request = context.Request;
            if (request.IsHttps || (isServedHere && IsThisMachine(context.Connection.RemoteIpAddress)) || IsOpen(request))
            {
                return next(context);
            }

            if (!IsPage(request) || secureRoot(context) is not { } root)
            {
                return ApiError.Of(StatusCodes.Status403Forbidden, $"{Refusal} {remedy}").ExecuteAsync(context);
            }

            context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            context.Response.Headers.Location = root + UriHelper.BuildRelative(default, request.Path, request.QueryString);
            return Task.CompletedTask;
        });
    }

    /// <summary>The very port that was asked, whatever port the request names: it speaks both.</summary>
    public static string SamePort(HttpContext context) =>
        $"{Uri.UriSchemeHttps}://{new HostString(context.Request.Host.Host.TrimEnd('.'), context.Connection.LocalPort).ToUriComponent()}";

    /// <param name="remote">Null where a connection has none: then it came over no network.</param>
    public static bool IsThisMachine(IPAddress? remote) => remote is null || IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote);

    /// <summary>What a phone loads before it can trust the rest; it is public, and compared by its fingerprint.</summary>
    private static bool IsOpen(HttpRequest request) => IsRead(request) && request.Path == TrustRoutes.AuthorityPath;

    private static bool IsPage(HttpRequest request) => IsRead(request) && !request.Path.StartsWithSegments("/api");

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
