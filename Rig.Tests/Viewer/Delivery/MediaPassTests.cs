using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rig.Tests.Support;
using Rig.Viewer.Settings;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Tests.Viewer.Delivery;

[Collection(PostgresTests.Name)]
public sealed class MediaPassTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    private static readonly PassHolder Holder = new(new string('c', 64), 7);
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public void A_pass_says_its_session_for_its_game_until_it_is_over()
    {
        var passes = Passes();
        var cookie = Cookie(passes);

        Assert.Equal(Holder, passes.Read(cookie, 7));
        Assert.Null(passes.Read(cookie, 8));
        clock.Advance(MediaPass.Lifetime);
        Assert.Null(passes.Read(cookie, 7));
    }

    [Fact]
    public void A_changed_pass_another_programs_and_no_pass_count_for_nothing()
    {
        var passes = Passes();
        var cookie = Cookie(passes);
        for (var i = 0; i < cookie.Length - 1; i++)
        {
            Assert.Null(passes.Read(cookie[..i] + (cookie[i] == 'A' ? 'B' : 'A') + cookie[(i + 1)..], 7));
        }

        Assert.Null(Passes().Read(cookie, 7));
        Assert.Null(passes.Read(null, 7));
        Assert.Null(passes.Read("", 7));
        Assert.Null(passes.Read(new string('A', 5000), 7));
    }

    [Fact]
    public async Task The_pass_of_a_game_fetches_that_game_alone_and_ends_with_its_session()
    {
        using var ingest = server.IngestServer();
        var mine = await ingest.PublishAsync(PublishedGame.Make("PASS_GAME"));
        var other = await ingest.PublishAsync(PublishedGame.Make("PASS_OTHER"));
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var first = await coach.GetAsync($"/media/games/{mine}/panorama.mp4");
        var given = Assert.Single(first.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith(MediaPass.CookieName, StringComparison.Ordinal));
        Assert.Contains($"path=/media/games/{mine}; samesite=strict; httponly", given, StringComparison.Ordinal);
        var pass = given.Split(';')[0];

        // The pass alone, as a thief of this one cookie would show it.
        Assert.Equal(HttpStatusCode.PartialContent, await StatusAsync($"/media/games/{mine}/goal-0012.mp4"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync($"/media/games/{mine}/nothing.mp4"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"/media/games/{other}/panorama.mp4"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"/api/v1/games/{mine}/watch"));

        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await ViewerServer.FormTokenAsync(coach, "/"))]);
        using var signedOut = await coach.PostAsync("/logout", form);
        Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync($"/media/games/{mine}/goal-0012.mp4"));

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var thief = server.Anonymous();
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(0, 9) } };
            request.Headers.Add("Cookie", pass);
            using var answer = await thief.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_parent_whose_link_to_the_child_is_gone_fetches_nothing_more()
    {
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(PublishedGame.Make("PASS_PARENT"));
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        using var before = await parent.GetAsync($"/media/games/{gameId}/panorama.mp4");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            var userId = await db.Users.Where(user => user.Email == ViewerServer.ChildsParent).Select(user => user.Id).SingleAsync();
            await db.ParentPlayers.Where(link => link.ParentId == userId).ExecuteDeleteAsync();
            services.GetRequiredService<MediaGrants>().ForgetPerson(userId);
        });
        using var after = await parent.GetAsync($"/media/games/{gameId}/panorama.mp4");
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    private MediaPass Passes() => new(Options.Create(new ViewerOptions()), clock);

    private static string Cookie(MediaPass passes)
    {
        var context = new DefaultHttpContext();
        passes.Give(context.Response, Holder);
        return context.Response.Headers.SetCookie.ToString().Split(';')[0].Split('=', 2)[1];
    }
}
