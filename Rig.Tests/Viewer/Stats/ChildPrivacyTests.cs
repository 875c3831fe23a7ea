using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rig.Tests.Support;
using Rig.Viewer.Accounts;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Stats;

/// <summary>Clubs by chance: who sees which child on every address that names one, beside the rule said in one line.</summary>
[Collection(PostgresTests.Name)]
public sealed class ChildPrivacyTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    private const int Teams = 4;
    private const int Children = 10;
    private const int People = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nobody_ever_sees_a_child_that_is_not_in_a_team_of_theirs(int seed)
    {
        var club = await MakeAsync(seed);
        for (var person = 0; person < People; person++)
        {
            using var client = await server.SignInAsync(Email(seed, person));
            var teams = club.TeamsOf(person);
            for (var child = 0; child < Children; child++)
            {
                var sees = club.Rosters.Where((roster, team) => teams.Contains(team) && roster.Contains(child)).Any();
                var id = club.ChildIds[child];
                foreach (var path in new[] { $"/players/{id}", $"/api/stats/player/{id}", $"/api/stats/player/{id}/history", $"/api/stats/player/{id}/percentiles", $"/api/heatmap/player/{id}", $"/api/stats/compare?player_id={id}" })
                {
                    using var answer = await client.GetAsync(path);
                    Assert.True(answer.StatusCode == (sees ? HttpStatusCode.OK : HttpStatusCode.NotFound), $"seed {seed}: person {person} got {answer.StatusCode} for {path}");
                }
            }

            var hidden = Enumerable.Range(0, Children).Where(child => !club.Rosters.Where((roster, team) => teams.Contains(team) && roster.Contains(child)).Any()).ToList();
            var texts = await ReadAllAsync(client, club, teams);
            Assert.All(hidden, child => Assert.DoesNotContain(Name(seed, child), texts, StringComparison.Ordinal));
        }
    }

    private static async Task<string> ReadAllAsync(HttpClient client, Club club, HashSet<int> teams)
    {
        var texts = "";
        for (var team = 0; team < Teams; team++)
        {
            var id = club.TeamIds[team];
            foreach (var path in new[] { $"/teams/{id}", $"/api/stats/team/{id}", $"/api/stats/team/{id}/leaderboard", $"/api/heatmap/team/{id}", $"/games/{club.GameIds[team]}", $"/api/v1/games/{club.GameIds[team]}/watch", $"/api/stats/game/{club.GameIds[team]}" })
            {
                using var answer = await client.GetAsync(path);
                Assert.Equal(teams.Contains(team) ? HttpStatusCode.OK : HttpStatusCode.NotFound, answer.StatusCode);
                texts += await answer.Content.ReadAsStringAsync();
            }
        }

        texts += await client.GetStringAsync("/") + await client.GetStringAsync("/schedule") + await client.GetStringAsync("/moments?q=goals");
        return texts + await (await client.PostChangeAsync("/api/v1/query", new { query = "everything" })).Content.ReadAsStringAsync();
    }

    private static string Email(int seed, int person) => $"person{person}-of-{seed}@example.org";

    private static string Name(int seed, int child) => $"Child{seed}x{child}y";

    private async Task<Club> MakeAsync(int seed)
    {
        var random = new Random(seed);
        List<int> Some(int count, int share) => [.. Enumerable.Range(0, count).Where(_ => random.Next(100) < share)];
        var club = new Club(
            [.. Enumerable.Range(0, Teams).Select(_ => Some(Children, 35))], [.. Enumerable.Range(0, People).Select(_ => Some(Teams, 15))], [.. Enumerable.Range(0, People).Select(_ => Some(Teams, 15))],
            [.. Enumerable.Range(0, People).Select(_ => Some(Children, 15))], [], [], []);
        using var ingest = server.IngestServer();
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            var children = Enumerable.Range(0, Children).Select(child => new Player { FirstName = Name(seed, child), LastName = "Test" }).ToList();
            db.Players.AddRange(children);
            await db.SaveChangesAsync();
            club.ChildIds.AddRange(children.Select(child => child.Id));
            var registry = services.GetRequiredService<TeamRegistry>();
            for (var team = 0; team < Teams; team++)
            {
                var made = await registry.AddAsync(new NewTeam($"T{seed}-{team}", $"Team {seed} {team}", null, "Fall", null), CancellationToken.None);
                club.TeamIds.Add(made.Id);
                db.TeamPlayers.AddRange(club.Rosters[team].Select(child => new TeamPlayer { TeamId = made.Id, PlayerId = club.ChildIds[child] }));
            }

            var accounts = services.GetRequiredService<AccountRegistry>();
            for (var person = 0; person < People; person++)
            {
                await accounts.AddAsync(new NewAccount(Email(seed, person), "Some Body", "parent", $"T{seed}-0", ViewerServer.Password), CancellationToken.None);
                var userId = db.Users.Single(user => user.Email == Email(seed, person)).Id;
                db.UserTeams.RemoveRange(db.UserTeams.Where(link => link.UserId == userId));
                await db.SaveChangesAsync();
                db.TeamCoaches.AddRange(club.Coached[person].Select(team => new TeamCoach { TeamId = club.TeamIds[team], UserId = userId }));
                db.UserTeams.AddRange(club.Followed[person].Select(team => new UserTeam { TeamId = club.TeamIds[team], UserId = userId }));
                db.ParentPlayers.AddRange(club.Own[person].Select(child => new ParentPlayer { ParentId = userId, PlayerId = club.ChildIds[child] }));
            }

            await db.SaveChangesAsync();
        });
        for (var team = 0; team < Teams; team++)
        {
            club.GameIds.Add(await ingest.PublishAsync(PublishedGame.Make($"CLUB_{seed}_{team}", $"T{seed}-{team}")));
        }

        // Tagged wherever by chance, also children who are not on that team's roster, as one who left it.
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            db.GameEvents.AddRange(Enumerable.Range(0, 40).Select(_ => new GameEvent
            {
                GameId = club.GameIds[random.Next(Teams)],
                PlayerId = club.ChildIds[random.Next(Children)],
                EventType = GameEventType.Goal,
                TimestampSeconds = random.Next(40),
                Confidence = 1,
                FieldPositionX = random.Next(105),
                FieldPositionY = random.Next(68),
            }));
            await db.SaveChangesAsync();
        });
        return club;
    }

    private sealed record Club(
        List<List<int>> Rosters, List<List<int>> Coached, List<List<int>> Followed, List<List<int>> Own, List<int> ChildIds, List<int> TeamIds, List<int> GameIds)
    {
        /// <summary>Coached, followed, or with a child of one's own.</summary>
        public HashSet<int> TeamsOf(int person) => [.. Coached[person], .. Followed[person], .. Enumerable.Range(0, Rosters.Count).Where(team => Rosters[team].Intersect(Own[person]).Any())];
    }
}
