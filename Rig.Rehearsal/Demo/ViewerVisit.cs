using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Rig.Rehearsal.Demo;

/// <summary>Does what a parent's browser does: logs in through the page's own form and asks for the start of the panorama.</summary>
internal static partial class ViewerVisit
{
    /// <returns>Status of a range request for the panorama with the login and without: 206 and 401 when all is well.</returns>
    /// <exception cref="DemoException">The login page or the login did not work.</exception>
    public static async Task<(int WithLogin, int Anonymous)> AskForPanoramaAsync(Uri viewer, int gameId, string email, string password, CancellationToken cancellationToken)
    {
        var media = new Uri(viewer, $"/media/games/{gameId}/panorama.mp4");
        using var stranger = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var anonymous = await RangeStatusAsync(stranger, media, cancellationToken);

        using var parent = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
        var page = await parent.GetStringAsync(new Uri(viewer, "/login"), cancellationToken);
        var token = AntiforgeryToken().Match(page);
        if (!token.Success)
        {
            throw new DemoException("The viewer's login page has no form to fill in.");
        }

        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["Input.Email"] = email,
            ["Input.Password"] = password,
            ["__RequestVerificationToken"] = WebUtility.HtmlDecode(token.Groups[1].Value),
        });
        using var reply = await parent.PostAsync(new Uri(viewer, "/login"), form, cancellationToken);
        if (reply.StatusCode != HttpStatusCode.Redirect)
        {
            throw new DemoException($"The viewer refused the demo login (status {(int)reply.StatusCode}).");
        }

        return (await RangeStatusAsync(parent, media, cancellationToken), anonymous);
    }

    private static async Task<int> RangeStatusAsync(HttpClient client, Uri media, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, media) { Headers = { Range = new RangeHeaderValue(0, 1023) } };
        using var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)reply.StatusCode;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken();
}
