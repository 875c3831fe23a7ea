using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rig.Domain.Match;
using Rig.Tests.Support;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Corrections;

/// <summary>What a coach says of a game, and that a publication after it does not undo it.</summary>
[Collection(PostgresTests.Name)]
public sealed class CorrectionTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    [Fact]
    public async Task A_coach_sets_score_and_opponent_and_a_publication_leaves_them()
    {
        var game = PublishedGame.Make("SCORE_GAME");
        var gameId = await PublishAsync(game);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        await coach.ChangeAsync($"/api/v1/games/{gameId}/correction", new { opponent = "Yellow Stars", our_score = 0, their_score = 3 });
        await AssertScoreAsync(coach, gameId, ("Yellow Stars", 0, 3));
        await PublishAsync(Changed(game, events: [new MatchEvent("goal", 15, 0.9, Team: "a")]));
        await AssertScoreAsync(coach, gameId, ("Yellow Stars", 0, 3));

        // Nothing said: as the home server has it.
        await coach.ChangeAsync($"/api/v1/games/{gameId}/correction", new { });
        await AssertScoreAsync(coach, gameId, ("Green Strikers", 1, 0));
        await coach.ChangeAsync($"/api/v1/games/{gameId}/correction", new { our_side = "b" });
        await AssertScoreAsync(coach, gameId, ("Green Strikers", 0, 1));
    }

    [Fact]
    public async Task A_removed_moment_stays_away_with_its_clip_and_its_goal_until_it_is_brought_back()
    {
        var game = PublishedGame.Make("REMOVED_GAME");
        var gameId = await PublishAsync(game);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var goal = await MomentAsync(coach, gameId, "goal");
        var removed = await coach.ChangeAsync($"/api/v1/games/{gameId}/moments/{goal.GetProperty("id").GetInt32()}/remove", null);
        await AssertMomentsAsync(coach, gameId, ["shot"], clips: 0);

        // The same play, found half a second later by a newer analysis.
        await PublishAsync(Changed(game, [new MatchEvent("shot", 6, 0.8, Team: "a"), new MatchEvent("goal", 12.8, 0.95, 100, 30, "a")]));
        await AssertMomentsAsync(coach, gameId, ["shot"], clips: 0);
        var gone = await coach.ReadAsync($"/api/v1/games/{gameId}/corrections");
        Assert.Equal(("goal", 12.3), (gone[0].GetProperty("event_type").GetString(), gone[0].GetProperty("timestamp_seconds").GetDouble()));
        var summary = await coach.ReadAsync($"/api/v1/games/{gameId}");
        Assert.False(summary.TryGetProperty("home_score", out _));

        await coach.ChangeAsync($"/api/v1/games/{gameId}/corrections/{removed.GetProperty("correction_id").GetInt32()}/restore", null);
        await AssertMomentsAsync(coach, gameId, ["shot", "goal"], clips: 1);
        await PublishAsync(game);
        await AssertMomentsAsync(coach, gameId, ["shot", "goal"], clips: 1);
    }

    [Fact]
    public async Task A_moment_is_renamed_retyped_and_tagged_and_stays_so()
    {
        var game = PublishedGame.Make("CHANGED_GAME");
        var gameId = await PublishAsync(game);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        const int kim = ViewerServer.ChildId;
        var shot = await MomentAsync(coach, gameId, "shot");
        await coach.ChangeAsync(
            $"/api/v1/games/{gameId}/moments/{shot.GetProperty("id").GetInt32()}", new { event_type = "save", timestamp_seconds = 6.5, description = "Kim's <b>best</b>", player_id = kim, side = "a" });
        foreach (var events in new MatchEvent[][] { [.. game.Publication.Events], [new("save", 7, 0.4), new("goal", 12.3, 0.9, Team: "a")], [] })
        {
            await PublishAsync(Changed(game, events));
            var saved = await MomentAsync(coach, gameId, "save");
            Assert.Equal((6.5, "Kim's <b>best</b>"), (saved.GetProperty("timestamp_seconds").GetDouble(), saved.GetProperty("description").GetString()));
            Assert.Equal((kim, "00"), (saved.GetProperty("player").GetProperty("id").GetInt32(), saved.GetProperty("player").GetProperty("jersey_number").GetString()));
            Assert.DoesNotContain("shot", await TypesAsync(coach, gameId));
        }

        var page = await coach.GetStringAsync($"/games/{gameId}");
        Assert.Contains("00 Kim Parent, Kim&#x27;s &lt;b&gt;best&lt;/b&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_own_moment_stays_and_is_not_doubled_when_it_is_found_later()
    {
        var game = PublishedGame.Make("OWN_GAME");
        var gameId = await PublishAsync(game);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        await coach.ChangeAsync($"/api/v1/games/{gameId}/moments", new { event_type = "tackle", timestamp_seconds = 30 });
        await coach.ChangeAsync($"/api/v1/games/{gameId}/moments", new { event_type = "shot", timestamp_seconds = 7.5 });
        await PublishAsync(Changed(game, [.. game.Publication.Events, new MatchEvent("tackle", 31, 0.5, 50, 20)]));

        // The shot at 6 s was there before the coach added one beside it: they are two.
        await AssertMomentsAsync(coach, gameId, ["shot", "shot", "goal", "tackle"], clips: 1);
        Assert.Equal(30, (await MomentAsync(coach, gameId, "tackle")).GetProperty("timestamp_seconds").GetDouble());
        await AssertScoreAsync(coach, gameId, ("Green Strikers", 1, 0));
    }

    [Theory]
    [InlineData(ViewerServer.Follower, HttpStatusCode.Forbidden)]
    [InlineData(ViewerServer.ChildsParent, HttpStatusCode.Forbidden)]
    [InlineData(ViewerServer.OtherCoach, HttpStatusCode.NotFound)]
    [InlineData(ViewerServer.Newcomer, HttpStatusCode.NotFound)]
    public async Task Nobody_else_corrects_anything(string email, HttpStatusCode expected)
    {
        var gameId = await PublishAsync(PublishedGame.Make("CLOSED_GAME"));
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var goal = (await MomentAsync(coach, gameId, "goal")).GetProperty("id").GetInt32();
        using var other = await server.SignInAsync(email);
        var moment = new { event_type = "tackle", timestamp_seconds = 1 };
        foreach (var (path, body) in new (string, object?)[] { ("correction", new { our_score = 9, their_score = 0 }), ("moments", moment), ($"moments/{goal}", moment), ($"moments/{goal}/remove", null) })
        {
            using var answer = await other.PostChangeAsync($"/api/v1/games/{gameId}/{path}", body);
            Assert.True(expected == answer.StatusCode, $"{path} answered {answer.StatusCode}");
            Assert.NotEmpty(await answer.ErrorAsync());
        }

        using var page = await other.GetAsync($"/games/{gameId}/correct");
        Assert.Equal(expected, page.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.DoesNotContain("/correct", await other.GetStringAsync($"/games/{gameId}"), StringComparison.Ordinal);
        }

        Assert.Contains($"/games/{gameId}/correct", await coach.GetStringAsync($"/games/{gameId}"), StringComparison.Ordinal);
        await AssertMomentsAsync(coach, gameId, ["shot", "goal"], clips: 1);
    }

    [Theory]
    [InlineData("correction", "{\"our_score\":1}", "our_score")]
    [InlineData("correction", "{\"our_score\":-1,\"their_score\":0}", "our_score")]
    [InlineData("correction", "{\"our_side\":\"c\"}", "our_side")]
    [InlineData("correction", "{\"opponent\":\" \"}", "opponent")]
    [InlineData("moments", "{\"timestamp_seconds\":1}", "event_type")]
    [InlineData("moments", "{\"event_type\":\"GOAL\",\"timestamp_seconds\":1}", "event_type")]
    [InlineData("moments", "{\"event_type\":\"goal\"}", "timestamp_seconds")]
    [InlineData("moments", "{\"event_type\":\"goal\",\"timestamp_seconds\":41}", "timestamp_seconds")]
    [InlineData("moments", "{\"event_type\":\"goal\",\"timestamp_seconds\":1,\"side\":\"home\"}", "side")]
    [InlineData("moments", "{\"event_type\":\"goal\",\"timestamp_seconds\":1,\"description\":\"\\u0007\"}", "description")]
    public async Task What_is_wrong_is_refused_and_named(string path, string body, string field)
    {
        var gameId = await PublishAsync(PublishedGame.Make("WRONG_GAME"));
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var answer = await coach.PostChangeAsync($"/api/v1/games/{gameId}/{path}", JsonSerializer.Deserialize<JsonElement>(body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, await answer.ErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_of_another_team_cannot_be_tagged_and_does_not_follow_a_game_to_another_team()
    {
        var game = PublishedGame.Make("TAG_GAME");
        var gameId = await PublishAsync(game);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var other = await ChildOfOtherTeamAsync();
        using var refused = await coach.PostChangeAsync($"/api/v1/games/{gameId}/moments", new { event_type = "goal", timestamp_seconds = 1, player_id = other });
        using var unknown = await coach.PostChangeAsync($"/api/v1/games/{gameId}/moments", new { event_type = "goal", timestamp_seconds = 1, player_id = 999_999 });
        Assert.Equal((HttpStatusCode.BadRequest, await unknown.ErrorAsync()), (refused.StatusCode, await refused.ErrorAsync()));

        await coach.ChangeAsync($"/api/v1/games/{gameId}/moments", new { event_type = "goal", timestamp_seconds = 20, player_id = ViewerServer.ChildId });
        await PublishAsync(game with { Publication = game.Publication with { TeamCode = ViewerServer.OtherTeamCode } });
        using var otherCoach = await server.SignInAsync(ViewerServer.OtherCoach);
        Assert.DoesNotContain("Kim", await otherCoach.GetStringAsync($"/games/{gameId}"), StringComparison.Ordinal);
        Assert.DoesNotContain("Kim", await otherCoach.GetStringAsync($"/api/v1/games/{gameId}/watch"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_says_what_it_could_not_take_and_changes_nothing()
    {
        var gameId = await PublishAsync(PublishedGame.Make("FORM_GAME"));
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var path = $"/games/{gameId}/correct";
        var token = await ViewerServer.FormTokenAsync(coach, path);
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("Input.EventType", "goal"), new("Input.Time", "soon")]);
        using var answer = await coach.PostAsync(path + "?handler=Add", form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("minutes and seconds", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertMomentsAsync(coach, gameId, ["shot", "goal"], clips: 1);
    }

    private static PublishedGame Changed(PublishedGame game, MatchEvent[] events) => game with { Publication = game.Publication with { Events = events } };

    private async Task<int> PublishAsync(PublishedGame game)
    {
        using var ingest = server.IngestServer();
        return await ingest.PublishAsync(game);
    }

    private static async Task<JsonElement> MomentAsync(HttpClient person, int gameId, string type) =>
        (await person.ReadAsync($"/api/v1/games/{gameId}/watch")).GetProperty("events").EnumerateArray().Single(moment => moment.GetProperty("event_type").GetString() == type);

    private static async Task<IReadOnlyList<string>> TypesAsync(HttpClient person, int gameId) =>
        [.. (await person.ReadAsync($"/api/v1/games/{gameId}/watch")).GetProperty("events").EnumerateArray().Select(moment => moment.GetProperty("event_type").GetString()!)];

    private static async Task AssertMomentsAsync(HttpClient person, int gameId, string[] types, int clips)
    {
        Assert.Equal(types, await TypesAsync(person, gameId));
        Assert.Equal(clips, (await person.ReadAsync($"/api/v1/games/{gameId}/watch")).GetProperty("clips").GetArrayLength());
    }

    private static async Task AssertScoreAsync(HttpClient person, int gameId, (string Opponent, int Ours, int Theirs) expected)
    {
        var game = await person.ReadAsync($"/api/v1/games/{gameId}");
        Assert.Equal(expected, (game.GetProperty("opponent").GetString(), game.GetProperty("home_score").GetInt32(), game.GetProperty("away_score").GetInt32()));
    }

    private async Task<int> ChildOfOtherTeamAsync()
    {
        var child = new Player { FirstName = "Robin", LastName = "Reds" };
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            var team = await db.Teams.SingleAsync(row => row.TeamCode == ViewerServer.OtherTeamCode);
            team.Roster.Add(new TeamPlayer { Player = child });
            await db.SaveChangesAsync();
        });
        return child.Id;
    }
}
