using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rig.Domain.Match;
using Rig.Tests.Support;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Stats;

/// <summary>Statistics, heat maps, schedule and questions over HTTP, of one small season.</summary>
[Collection(PostgresTests.Name)]
public sealed class SeasonApiTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    [Fact]
    public async Task A_keepers_season_counts_what_was_conceded_and_a_rest_is_left_out_until_it_is_known()
    {
        var season = await SeasonAsync();
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        var kim = (await parent.ReadAsync($"/api/stats/player/{ViewerServer.ChildId}")).EnumerateArray().Single();
        Assert.Equal((2, 3), (kim.GetProperty("games").GetInt32(), kim.GetProperty("stats").GetProperty("saves").GetInt32()));

        // Three saves and one goal conceded in the first game; nobody knows the score of the second.
        Assert.Equal((1, 75.0), (kim.GetProperty("goals_conceded").GetInt32(), kim.GetProperty("save_percentage").GetDouble()));
        var history = (await parent.ReadAsync($"/api/stats/player/{ViewerServer.ChildId}/history")).EnumerateArray().ToList();
        Assert.Equal([season.Second, season.First], history.Select(line => line.GetProperty("game").GetProperty("game_id").GetInt32()));
        Assert.False(history[0].TryGetProperty("goals_conceded", out _));

        var team = await parent.ReadAsync($"/api/stats/team/{ViewerServer.TeamId}");
        Assert.Equal((1, 0, 2, 1), (team.GetProperty("won").GetInt32(), team.GetProperty("lost").GetInt32(), team.GetProperty("goals_for").GetInt32(), team.GetProperty("goals_against").GetInt32()));
        var game = await parent.ReadAsync($"/api/stats/game/{season.First}");
        Assert.Equal((2, 1), (game.GetProperty("ours").GetProperty("goals").GetInt32(), game.GetProperty("theirs").GetProperty("shots").GetInt32()));
        Assert.Equal(3, game.GetProperty("ours").GetProperty("shots").GetInt32());
    }

    [Fact]
    public async Task The_season_filter_filters_and_a_board_names_its_stat()
    {
        await SeasonAsync();
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        Assert.Equal(1, (await coach.ReadAsync($"/api/stats/player/{ViewerServer.ChildId}?season=Fall%202026")).GetArrayLength());
        Assert.Equal(0, (await coach.ReadAsync($"/api/stats/player/{ViewerServer.ChildId}?season=Spring%202027")).GetArrayLength());
        var leaders = await coach.ReadAsync($"/api/stats/team/{ViewerServer.TeamId}/leaderboard?stat=goals&limit=3");
        Assert.Equal((1, "Lee", 2.0), (leaders[0].GetProperty("rank").GetInt32(), leaders[0].GetProperty("player").GetProperty("last_name").GetString(), leaders[0].GetProperty("value").GetDouble()));
        foreach (var wrong in new[] { $"team/{ViewerServer.TeamId}/leaderboard?stat=luck", $"team/{ViewerServer.TeamId}/leaderboard?limit=0", "compare", "compare?player_id=x", "compare?player_id=" + string.Join(',', Enumerable.Range(1, 21)) })
        {
            using var refused = await coach.GetAsync("/api/stats/" + wrong);
            Assert.True(HttpStatusCode.BadRequest == refused.StatusCode, $"{wrong} answered {refused.StatusCode}");
            Assert.NotEmpty(await refused.ErrorAsync());
        }

        var percentiles = (await coach.ReadAsync($"/api/stats/player/{ViewerServer.ChildId}/percentiles"))[0];
        Assert.Equal((2, 0.0, 100.0), (percentiles.GetProperty("players").GetInt32(), percentiles.GetProperty("percentiles").GetProperty("goals").GetDouble(), percentiles.GetProperty("percentiles").GetProperty("saves").GetDouble()));
    }

    [Fact]
    public async Task A_heat_map_has_its_grid_its_points_and_says_how_little_it_rests_on()
    {
        var season = await SeasonAsync();
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        var map = await parent.ReadAsync($"/api/heatmap/player/{ViewerServer.ChildId}?game_id={season.First}&time_start=0&time_end=20");
        Assert.Equal((50, 32, 32, 50), (map.GetProperty("gridWidth").GetInt32(), map.GetProperty("gridHeight").GetInt32(), map.GetProperty("grid").GetArrayLength(), map.GetProperty("grid")[0].GetArrayLength()));

        // Saves at 0, 10 and 29 seconds: a start of 0 is a start, an end at 20 leaves two.
        var meta = map.GetProperty("meta");
        Assert.Equal((2, "Kim Parent", season.First), (meta.GetProperty("pointCount").GetInt32(), meta.GetProperty("playerName").GetString(), meta.GetProperty("gameId").GetInt32()));
        Assert.Contains("too few", meta.GetProperty("note").GetString(), StringComparison.Ordinal);
        var first = await parent.ReadAsync($"/api/heatmap/player/{ViewerServer.ChildId}?game_id={season.First}&time_start=0&time_end=0");
        Assert.Equal(0, first.GetProperty("points").EnumerateArray().Single().GetProperty("time").GetDouble());
        using var wrong = await parent.GetAsync($"/api/heatmap/game/{season.First}?time_start=-1");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.True((await parent.ReadAsync($"/api/heatmap/team/{ViewerServer.TeamId}")).GetProperty("points").GetArrayLength() > 4);
        using var otherTeam = await parent.GetAsync($"/api/heatmap/game/{season.First}?team_id=2");
        Assert.Equal(HttpStatusCode.NotFound, otherTeam.StatusCode);
    }

    [Theory]
    [InlineData("goals in the last game", 0)]
    [InlineData("goals", 3)]
    [InlineData("everything by the goalkeeper", 4)]
    [InlineData("everything by number 00", 4)]
    [InlineData("Kim's saves", 3)]
    [InlineData("goals and saves by Lee", 2)]
    [InlineData("everything in the second-half", 1)]
    [InlineData("first 15 minutes", 8)]
    [InlineData("top 2 saves", 2)]
    [InlineData("throw-ins", 0)]
    [InlineData("goals by Nobody", 0)]
    [InlineData("goals between 0 and 1 minutes", 3)]
    [InlineData("goals after 1 min", 0)]
    [InlineData("goals from the box", 1)]
    public async Task A_question_is_answered_out_of_the_persons_games(string question, int count)
    {
        await SeasonAsync();
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        var answer = await parent.ChangeAsync("/api/v1/query", new { query = question });
        Assert.True(count == answer.GetProperty("count").GetInt32(), answer.ToString());
        var page = await parent.GetStringAsync("/moments?q=" + Uri.EscapeDataString(question));
        Assert.Equal(count, page.Split("class=\"row-title\"").Length - 1);
        using var other = await server.SignInAsync(ViewerServer.OtherCoach);
        Assert.Equal(0, (await other.ChangeAsync("/api/v1/query", new { query = question })).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_scheduled_game_gets_its_film_and_keeps_its_opponent_and_one_without_a_film_its_score()
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        await EnterAsync(coach, "2026-08-01T14:00", "Purple Foxes");
        await EnterAsync(coach, "2026-08-08T14:00", "Grey Geese");
        var entered = await ScheduledAsync(coach, "Purple Foxes");
        Assert.Equal(("manual", new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero)), (entered.GetProperty("game_status").GetString(), entered.GetProperty("game_date").GetDateTimeOffset()));

        var game = PublishedGame.Make("FOXES_GAME");
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(game with { Publication = game.Publication with { Opponent = null, Events = [], Clips = [], RecordedAt = new DateTimeOffset(2026, 8, 1, 12, 20, 0, TimeSpan.Zero) } });
        Assert.Equal((entered.GetProperty("id").GetInt32(), "ready"), (gameId, (await ScheduledAsync(coach, "Purple Foxes")).GetProperty("game_status").GetString()));

        var geese = (await ScheduledAsync(coach, "Grey Geese")).GetProperty("id").GetInt32();
        await PostAsync(coach, "Score", HttpStatusCode.Redirect, ("gameId", $"{geese}"), ("ourScore", "4"), ("theirScore", "4"));
        Assert.Equal(4, (await ScheduledAsync(coach, "Grey Geese")).GetProperty("away_score").GetInt32());
        Assert.Contains("Grey Geese", await coach.GetStringAsync("/?state=manual"), StringComparison.Ordinal);
        Assert.DoesNotContain("Grey Geese", await coach.GetStringAsync("/"), StringComparison.Ordinal);
        await PostAsync(coach, "Remove", HttpStatusCode.Conflict, ("gameId", $"{gameId}"));
        await PostAsync(coach, "Remove", HttpStatusCode.Redirect, ("gameId", $"{geese}"));
        Assert.DoesNotContain("Grey Geese", await coach.GetStringAsync("/schedule"), StringComparison.Ordinal);
        await PostAsync(coach, "Add", HttpStatusCode.BadRequest, ("teamId", $"{ViewerServer.TeamId}"), ("when", "0001-01-01T00:00"));
    }

    [Fact]
    public async Task The_list_of_games_is_narrowed_by_opponent_team_and_season()
    {
        await SeasonAsync();
        using var admin = await server.SignInAsync(ViewerServer.Admin);
        foreach (var (query, finds) in new[] { ("opponent=GREEN", true), ("opponent=%25", false), ("opponent=red", false), ("season=Fall+2026", true), ("season=Fall+2030", false), ($"team={ViewerServer.TeamId}", true), ("team=2", false) })
        {
            var page = await admin.GetStringAsync("/?" + query);
            Assert.True(finds == page.Contains("Blue Lightning vs Green", StringComparison.Ordinal), query);
            Assert.True(finds != page.Contains("No such game", StringComparison.Ordinal) || query == "team=2", query);
        }
    }

    private static async Task EnterAsync(HttpClient coach, string when, string opponent) =>
        await PostAsync(coach, "Add", HttpStatusCode.Redirect, ("teamId", $"{ViewerServer.TeamId}"), ("when", when), ("offsetMinutes", "120"), ("opponent", opponent), ("location", "Park"));

    private static async Task PostAsync(HttpClient coach, string handler, HttpStatusCode expected, params (string Name, string Value)[] fields)
    {
        var token = await ViewerServer.FormTokenAsync(coach, "/schedule");
        using var form = new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new("__RequestVerificationToken", token)]);
        using var answer = await coach.PostAsync("/schedule?handler=" + handler, form);
        Assert.True(expected == answer.StatusCode, $"{handler} answered {answer.StatusCode}");
    }

    private static async Task<JsonElement> ScheduledAsync(HttpClient person, string opponent) =>
        (await person.ReadAsync($"/api/games/schedule?team_id={ViewerServer.TeamId.ToString(CultureInfo.InvariantCulture)}")).EnumerateArray().Single(game => game.TryGetProperty("opponent", out var name) && name.GetString() == opponent);

    /// <summary>
    /// Two games of 60 s: a 2-1 with a shot beside, in which Kim keeps and Lee scores; a later one with a catch of Kim's late in it
    /// and without a known score.
    /// </summary>
    private async Task<(int First, int Second)> SeasonAsync()
    {
        using var ingest = server.IngestServer();
        var (first, second) = (PublishedGame.Make("SEASON_1"), PublishedGame.Make("SEASON_2"));
        var firstId = await ingest.PublishAsync(first with
        {
            Publication = first.Publication with
            {
                DurationSeconds = 60,
                RecordedAt = new DateTimeOffset(2026, 10, 3, 10, 0, 0, TimeSpan.Zero),
                Events = [new MatchEvent("goal", 5, 0.9, 100, 34, "a"), new MatchEvent("goal", 15, 0.9, 80, 30, "a"), new MatchEvent("goal", 25, 0.9, 20, 34, "b"), new MatchEvent("shot", 26, 0.9, 70, 34, "a")],
            },
        });
        var secondId = await ingest.PublishAsync(second with { Publication = second.Publication with { DurationSeconds = 60, RecordedAt = new DateTimeOffset(2026, 10, 10, 10, 0, 0, TimeSpan.Zero), Events = [], Clips = [] } });
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        if ((await coach.ReadAsync($"/api/v1/games/{secondId}/watch")).GetProperty("events").GetArrayLength() > 0)
        {
            return (firstId, secondId);
        }

        var lee = await LeeAsync();
        await coach.ChangeAsync($"/api/v1/games/{firstId}/correction", new { our_side = "a" });
        foreach (var goal in (await coach.ReadAsync($"/api/v1/games/{firstId}/watch")).GetProperty("events").EnumerateArray().Where(moment => moment.GetProperty("timestamp_seconds").GetDouble() < 20))
        {
            await coach.ChangeAsync($"/api/v1/games/{firstId}/moments/{goal.GetProperty("id").GetInt32()}", new { event_type = "goal", timestamp_seconds = goal.GetProperty("timestamp_seconds").GetDouble(), player_id = lee, side = "a" });
        }

        foreach (var seconds in new[] { 0, 10, 29 })
        {
            await coach.ChangeAsync($"/api/v1/games/{firstId}/moments", new { event_type = "save", timestamp_seconds = seconds, player_id = ViewerServer.ChildId, side = "a" });
        }

        await coach.ChangeAsync($"/api/v1/games/{secondId}/moments", new { event_type = "catch", timestamp_seconds = 50, player_id = ViewerServer.ChildId });
        await PlaceAsync(firstId);
        return (firstId, secondId);
    }

    /// <summary>What a coach adds has no place; here it gets one, as if the home server had found it.</summary>
    private Task PlaceAsync(int gameId) => server.InScopeAsync(async services => await services.GetRequiredService<ViewerDb>().GameEvents
        .Where(moment => moment.GameId == gameId && moment.PlayerId == ViewerServer.ChildId)
        .ExecuteUpdateAsync(row => row.SetProperty(moment => moment.FieldPositionX, 5).SetProperty(moment => moment.FieldPositionY, 34)));

    private async Task<int> LeeAsync()
    {
        var lee = new Player { FirstName = "Pat", LastName = "Lee" };
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            (await db.Players.SingleAsync(player => player.Id == ViewerServer.ChildId)).DefaultPosition = PlayerPosition.Goalkeeper;
            db.TeamPlayers.Add(new TeamPlayer { TeamId = ViewerServer.TeamId, Player = lee, JerseyNumber = "9" });
            await db.SaveChangesAsync();
        });
        return lee.Id;
    }
}
