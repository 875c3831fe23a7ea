using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Rig.Domain.Match;
using Rig.Domain.Publishing;

namespace Rig.Tests.Viewer;

/// <summary>A game as the ingest server would publish it, with the bytes of its files.</summary>
internal sealed record PublishedGame(GamePublication Publication, IReadOnlyDictionary<string, byte[]> Bytes)
{
    /// <param name="bytes">By name; a panorama, a thumbnail and a clip of a few bytes unless given.</param>
    public static PublishedGame Make(string sessionId, string teamCode = ViewerServer.TeamCode, IReadOnlyDictionary<string, byte[]>? bytes = null)
    {
        bytes ??= new Dictionary<string, byte[]>
        {
            ["panorama.mp4"] = Noise(sessionId, 5000),
            ["thumbnail.jpg"] = Noise(sessionId + "t", 300),
            ["goal-0012.mp4"] = Noise(sessionId + "c", 900),
            ["goal-0012.jpg"] = Noise(sessionId + "ct", 200),
        };
        var publication = new GamePublication(
            sessionId,
            teamCode,
            "Green Strikers",
            new DateTimeOffset(2026, 11, 21, 14, 0, 0, TimeSpan.Zero),
            40,
            25,
            new PanoramaGeometry { Width = 1200, Height = 300, FocalPx = 450, CenterColumn = 599.5, HorizonRow = 90 },
            [new MatchEvent("shot", 6, 0.8, Team: "a"), new MatchEvent("goal", 12.3, 0.9, 105, 34, "a", "Low into the <far> corner")],
            [new ClipInfo("goal-0012.mp4", "goal-0012.jpg", "Goal <0:12>", "goal", 7.3, 17.3, 12.3)],
            [new FollowKey(0, -10, 7, 40), new FollowKey(40, 10, 7, 40)],
            [.. bytes.Select(file => new PublicationFile(file.Key, file.Value.Length, ViewerServer.Sha256(file.Value), ContentType(file.Key)))]);
        return new PublishedGame(publication, bytes);
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch { ".mp4" => "video/mp4", ".m3u8" => "application/vnd.apple.mpegurl", _ => "image/jpeg" };

    private static byte[] Noise(string seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed.Sum(c => c) + length).NextBytes(bytes);
        return bytes;
    }
}

internal static class Publishing
{
    private const string Games = "/api/v1/push/games";

    public static Task<HttpResponseMessage> AnnounceAsync(this HttpClient ingest, GamePublication publication) => ingest.PostAsJsonAsync(Games, publication, PublicationJson.Default.GamePublication);

    public static async Task<PublicationStatus> AnnouncedAsync(this HttpClient ingest, GamePublication publication)
    {
        using var answer = await ingest.AnnounceAsync(publication);
        return await StatusAsync(answer);
    }

    public static async Task<PublicationStatus> StatusAsync(this HttpClient ingest, int gameId)
    {
        using var answer = await ingest.GetAsync($"{Games}/{gameId}");
        return await StatusAsync(answer);
    }

    public static Task<HttpResponseMessage> PublishAsync(this HttpClient ingest, int gameId) => ingest.PostAsync($"{Games}/{gameId}/publish", null);

    public static async Task<HttpResponseMessage> SendAsync(this HttpClient ingest, int gameId, string name, long offset, byte[] bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{Games}/{gameId}/files/{name}") { Content = new ByteArrayContent(bytes) };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        return await ingest.SendAsync(request);
    }

    public static string? Offset(this HttpResponseMessage answer) => answer.Headers.TryGetValues("Upload-Offset", out var values) ? values.Single() : null;

    public static async Task SendAllAsync(this HttpClient ingest, int gameId, PublishedGame game)
    {
        foreach (var (name, bytes) in game.Bytes)
        {
            using var first = await ingest.SendAsync(gameId, name, 0, bytes);
            if (first.StatusCode == HttpStatusCode.Conflict)
            {
                // Some or all of it is there: another file with the same bytes, or an earlier publication.
                var offset = int.Parse(first.Offset()!, CultureInfo.InvariantCulture);
                using var rest = await ingest.SendAsync(gameId, name, offset, bytes[offset..]);
                Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
                continue;
            }

            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        }
    }

    /// <returns>The id of the published game.</returns>
    public static async Task<int> PublishAsync(this HttpClient ingest, PublishedGame game)
    {
        var status = await ingest.AnnouncedAsync(game.Publication);
        await ingest.SendAllAsync(status.GameId, game);
        using var published = await ingest.PublishAsync(status.GameId);
        Assert.Equal("published", (await StatusAsync(published)).Status);
        return status.GameId;
    }

    private static async Task<PublicationStatus> StatusAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync(PublicationJson.Default.PublicationStatus))!;
    }
}
