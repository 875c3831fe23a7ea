using System.Net;
using System.Text.RegularExpressions;

namespace Rig.Tests.Viewer;

/// <summary>Every address that a signed-in person is led to: links of pages, names in answers, entries of playlists.</summary>
internal static partial class SiteCrawl
{
    /// <param name="gameId">Whose files' names, which answers give without a folder, are looked for below its media.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(HttpClient person, int gameId)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(["/", $"/api/v1/games/{gameId}", $"/api/v1/games/{gameId}/watch"]);
        while (open.TryDequeue(out var address))
        {
            if (address.StartsWith("/logout", StringComparison.Ordinal) || !found.Add(address))
            {
                continue;
            }

            using var answer = await person.GetAsync(address);
            Assert.True(answer.IsSuccessStatusCode, $"{address} answered {answer.StatusCode}");
            if (answer.Content.Headers.ContentType?.MediaType is not { } type || type.StartsWith("video/", StringComparison.Ordinal) || type.StartsWith("image/", StringComparison.Ordinal)
                || type is "text/css" or "text/javascript")
            {
                continue;
            }

            var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
            foreach (Match link in Links().Matches(text))
            {
                open.Enqueue(link.Groups[1].Value.Split('#')[0]);
            }

            if (address.Contains($"/games/{gameId}", StringComparison.Ordinal))
            {
                foreach (var name in FileNames().Matches(text).Select(match => match.Groups[1].Value.Split('/')[^1]))
                {
                    open.Enqueue($"/media/games/{gameId}/{name}");
                }
            }
        }

        return [.. found];
    }

    [GeneratedRegex("(?:href|src|poster|data-[a-z-]+)=\"(/[^/\"](?:[^\"]*[^/\"])?|/)\"")]
    private static partial Regex Links();

    [GeneratedRegex("[\"/\\n]([a-z0-9][a-z0-9._/-]*\\.(?:mp4|m3u8|jpg))")]
    private static partial Regex FileNames();
}
