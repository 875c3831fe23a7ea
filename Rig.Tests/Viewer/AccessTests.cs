using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>Who may see what, on every page, API and media route.</summary>
[Collection(PostgresTests.Name)]
public sealed class AccessTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    private static readonly string[] GameRoutes =
    [
        "/games/{0}", "/api/v1/games/{0}", "/api/v1/games/{0}/watch",
        "/media/games/{0}/panorama.mp4", "/media/games/{0}/thumbnail.jpg", "/media/games/{0}/goal-0012.mp4", "/media/games/{0}/goal-0012.jpg", "/media/games/{0}/goal-0012.mp4?download=true",
    ];

    private async Task<int> GameAsync()
    {
        using var ingest = server.IngestServer();
        return await ingest.PublishAsync(PublishedGame.Make("ACCESS_GAME"));
    }

    private static IEnumerable<string> Routes(int gameId) => GameRoutes.Select(route => route.Replace("{0}", $"{gameId}", StringComparison.Ordinal));

    [Fact]
    public async Task Nobody_sees_anything_without_a_session()
    {
        var gameId = await GameAsync();
        using var anyone = server.Anonymous();
        foreach (var route in Routes(gameId).Concat(["/", "/api/v1/me", "/api/v1/teams", "/api/v1/games", "/api/v1/nothing", "/media/nothing", "/nothing"]))
        {
            using var answer = await anyone.GetAsync(route);
            if (route.StartsWith("/api", StringComparison.Ordinal) || route.StartsWith("/media", StringComparison.Ordinal))
            {
                // A program or a video element is told so; it is not sent to a page.
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{route} answered {answer.StatusCode}");
                Assert.False(await IsSuccessAsync(answer));
            }
            else
            {
                Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{route} answered {answer.StatusCode}");
                Assert.Equal("/login", answer.Headers.Location!.AbsolutePath);
            }
        }
    }

    [Theory]
    [InlineData(ViewerServer.OtherCoach)]
    [InlineData(ViewerServer.Newcomer)]
    public async Task A_game_of_another_team_is_not_there(string email)
    {
        var gameId = await GameAsync();
        using var other = await server.SignInAsync(email);
        foreach (var route in Routes(gameId))
        {
            using var answer = await other.GetAsync(route);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{route} answered {answer.StatusCode}");
        }

        Assert.DoesNotContain("Green Strikers", await other.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal("[]", await other.GetStringAsync("/api/v1/games"));
        using var json = await other.GetAsync($"/media/games/{gameId}/panorama.mp4");
        Assert.False(await IsSuccessAsync(json));
    }

    [Theory]
    [InlineData(ViewerServer.Coach)]
    [InlineData(ViewerServer.Follower)]
    [InlineData(ViewerServer.ChildsParent)]
    [InlineData(ViewerServer.Admin)]
    public async Task A_coach_a_follower_a_childs_parent_and_an_admin_see_the_game(string email)
    {
        var gameId = await GameAsync();
        using var person = await server.SignInAsync(email);
        foreach (var route in Routes(gameId))
        {
            using var answer = await person.GetAsync(route);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{route} answered {answer.StatusCode}");
            using var partly = new HttpRequestMessage(HttpMethod.Get, route) { Headers = { Range = new RangeHeaderValue(0, 9) } };
            using var part = await person.SendAsync(partly);
            Assert.Equal(route.StartsWith("/media", StringComparison.Ordinal) ? HttpStatusCode.PartialContent : HttpStatusCode.OK, part.StatusCode);
        }

        Assert.Contains("Green Strikers", await person.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_team_that_was_taken_away_is_gone_at_the_next_request()
    {
        var gameId = await GameAsync();
        using var ingest = server.IngestServer();
        using var other = await server.SignInAsync(ViewerServer.OtherCoach);
        var moved = PublishedGame.Make("MOVED_GAME", ViewerServer.OtherTeamCode);
        var movedId = await ingest.PublishAsync(moved);
        using var before = await other.GetAsync($"/media/games/{movedId}/panorama.mp4");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await ingest.PublishAsync(moved with { Publication = moved.Publication with { TeamCode = ViewerServer.TeamCode } });
        using var after = await other.GetAsync($"/media/games/{movedId}/panorama.mp4");
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        Assert.NotEqual(gameId, movedId);
    }

    [Fact]
    public async Task Names_outside_the_games_files_are_not_found()
    {
        var gameId = await GameAsync();
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        foreach (var name in new[] { "..%2f..%2fkeys", "%2e%2e/%2e%2e/keys", "PANORAMA.MP4", "panorama.mp4%00", "other.mp4", "..", "%2fetc%2fpasswd" })
        {
            using var answer = await coach.GetAsync($"/media/games/{gameId}/{name}");
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{name} answered {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Text_of_others_is_shown_as_text()
    {
        var gameId = await GameAsync();
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var page = await coach.GetStringAsync($"/games/{gameId}");
        Assert.Contains("Low into the &lt;far&gt; corner", page, StringComparison.Ordinal);
        Assert.Contains("Goal &lt;0:12&gt;", page, StringComparison.Ordinal);
        using var other = await server.SignInAsync(ViewerServer.OtherCoach);
        Assert.DoesNotContain("<b>Rockets", await other.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_way_to_register_to_list_children_or_to_link_to_one()
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        foreach (var route in new[] { "/register", "/data-explorer", "/api/data/players", "/api/data/explorer", "/api/data/link-player", "/api/v1/players", "/api/data/teams" })
        {
            using var answer = await coach.GetAsync(route);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_watch_answer_holds_all_that_the_player_needs()
    {
        var gameId = await GameAsync();
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var watch = JsonDocument.Parse(await coach.GetStringAsync($"/api/v1/games/{gameId}/watch"));
        var root = watch.RootElement;
        Assert.Equal(450, root.GetProperty("metadata").GetProperty("panorama").GetProperty("focal_px").GetDouble());
        Assert.Equal(-10, root.GetProperty("metadata").GetProperty("follow")[0].GetProperty("yaw_deg").GetDouble());
        Assert.Equal(["shot", "goal"], root.GetProperty("events").EnumerateArray().Select(moment => moment.GetProperty("event_type").GetString()));
        Assert.Equal($"/media/games/{gameId}/goal-0012.mp4", root.GetProperty("clips")[0].GetProperty("url").GetString());
        Assert.Equal(1, root.GetProperty("game").GetProperty("home_score").GetInt32());
        // Nil is a score, not a missing one.
        Assert.Equal(0, root.GetProperty("game").GetProperty("away_score").GetInt32());
        Assert.Contains("1\u20130", WebUtility.HtmlDecode(await coach.GetStringAsync("/")), StringComparison.Ordinal);
    }

    private static async Task<bool> IsSuccessAsync(HttpResponseMessage answer)
    {
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.NotEmpty(body.RootElement.GetProperty("error").GetString()!);
        return body.RootElement.GetProperty("success").GetBoolean();
    }
}
