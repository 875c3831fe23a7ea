using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Rig.Rehearsal.Demo;

/// <param name="WithLogin">Status of a range of the follow camera's film with the login: 206 when all is well.</param>
/// <param name="Anonymous">The same without: 401.</param>
/// <param name="StrangerTried">Addresses found in the game's page, answers and playlists, asked for without a login.</param>
internal sealed record Visit(int WithLogin, int Anonymous, int StrangerTried, int StrangerRefused);

/// <summary>Does what a parent's browser does: logs in through the page's own form, opens the game and asks for what its page and playlists name.</summary>
internal static partial class ViewerVisit
{
    /// <exception cref="DemoException">The login page or the login did not work.</exception>
    public static async Task<Visit> WatchAsync(Uri viewer, int gameId, string email, string password, CancellationToken cancellationToken)
    {
        var media = new Uri(viewer, $"/media/games/{gameId}/follow_1080p.mp4");
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

        var addresses = await FindAsync(parent, viewer, gameId, cancellationToken);
        var refused = 0;
        foreach (var address in addresses)
        {
            using var answer = await stranger.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            // A page leads to the sign-in page.
            refused += answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Redirect ? 1 : 0;
        }

        return new Visit(await RangeStatusAsync(parent, media, cancellationToken), anonymous, addresses.Count, refused);
    }

    /// <summary>Follows the names of media in the game's page, answers and playlists.</summary>
    private static async Task<IReadOnlyList<Uri>> FindAsync(HttpClient parent, Uri viewer, int gameId, CancellationToken cancellationToken)
    {
        var found = new List<Uri>();
        var open = new Queue<Uri>(new[] { $"/games/{gameId}", $"/api/v1/games/{gameId}", $"/api/v1/games/{gameId}/watch" }.Select(path => new Uri(viewer, path)));
        while (open.TryDequeue(out var address))
        {
            if (found.Contains(address))
            {
                continue;
            }

            found.Add(address);
            using var answer = await parent.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.Content.Headers.ContentType?.MediaType is "text/html" or "application/json" or "application/vnd.apple.mpegurl")
            {
                var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(cancellationToken));
                foreach (Match name in MediaName().Matches(text))
                {
                    open.Enqueue(new Uri(viewer, $"/media/games/{gameId}/{name.Groups[1].Value}"));
                }
            }
        }

        return found;
    }

    private static async Task<int> RangeStatusAsync(HttpClient client, Uri media, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, media) { Headers = { Range = new RangeHeaderValue(0, 1023) } };
        using var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)reply.StatusCode;
    }

    [GeneratedRegex("[\"/\\n]([a-z0-9][a-z0-9._-]*\\.(?:mp4|m3u8|jpg))")]
    private static partial Regex MediaName();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex AntiforgeryToken();
}
