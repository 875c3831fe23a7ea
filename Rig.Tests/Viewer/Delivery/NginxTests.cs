using System.Net;
using System.Net.Http.Headers;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer.Delivery;

/// <summary>The shipped configuration in the real nginx, before the real viewer.</summary>
[Collection(PostgresTests.Name)]
public sealed class NginxTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Nginx_sends_what_the_viewer_allows_and_nothing_else()
    {
        await using var site = await NginxSite.StartAsync(postgres);
        var game = PublishedGame.Make("NGINX_GAME");
        using var ingest = site.Client();
        ingest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ViewerServer.PublishKey);
        var gameId = await ingest.PublishAsync(game);
        var panorama = $"/media/games/{gameId}/panorama.mp4";

        using var stranger = site.Client();
        foreach (var path in new[] { panorama, $"/rig-media/games/{gameId}/{ViewerServer.Sha256(game.Bytes["panorama.mp4"])}", "/rig-media/keys/", "/rig-may-fetch", "/rig-media/../keys/" })
        {
            using var refused = await stranger.GetAsync(path);
            Assert.True(refused.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.Redirect, $"{path} answered {refused.StatusCode}");
        }

        using var coach = site.Client(out var jar);
        await ViewerServer.SignInAsync(coach, ViewerServer.Coach);
        // The first by the viewer's X-Accel-Redirect, which gives the pass; those after it by nginx alone.
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, panorama) { Headers = { Range = new RangeHeaderValue(10, 1009) } };
            using var part = await coach.SendAsync(request);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(game.Bytes["panorama.mp4"][10..1010], await part.Content.ReadAsByteArrayAsync());
            Assert.Equal("video/mp4", part.Content.Headers.ContentType?.MediaType);
            Assert.Equal((true, true), (part.Headers.CacheControl?.Private, part.Headers.CacheControl?.NoCache));
            Assert.False(part.Headers.Contains("X-Accel-Redirect"));
        }

        using var download = await coach.GetAsync($"/media/games/{gameId}/goal-0012.mp4?download=true");
        Assert.Equal("2026-11-21 Green Strikers goal-0012.mp4", download.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal(game.Bytes["goal-0012.mp4"], await download.Content.ReadAsByteArrayAsync());
        using var nothing = await coach.GetAsync($"/media/games/{gameId}/nothing.mp4");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        using var other = site.Client();
        await ViewerServer.SignInAsync(other, ViewerServer.OtherCoach);
        using var otherTeam = await other.GetAsync(panorama);
        Assert.Equal(HttpStatusCode.NotFound, otherTeam.StatusCode);

        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await ViewerServer.FormTokenAsync(coach, "/"))]);
        var cookies = jar.GetCookieHeader(new Uri(site.Address, panorama));
        using var signedOut = await coach.PostAsync("/logout", form);
        // What nginx remembers is one second old at most.
        await Eventually.HoldsAsync(async () =>
        {
            using var thief = site.Client();
            using var request = new HttpRequestMessage(HttpMethod.Get, panorama);
            request.Headers.Add("Cookie", cookies);
            using var answer = await thief.SendAsync(request);
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        });
    }
}
