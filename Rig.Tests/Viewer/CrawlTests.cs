using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rig.Tests.Support;
using Rig.Viewer.Storage;
using Xunit.Abstractions;

namespace Rig.Tests.Viewer;

/// <summary>What a person of the team is led to, asked for by everyone who must not have it.</summary>
[Collection(PostgresTests.Name)]
public sealed class CrawlTests(ViewerServer server, ITestOutputHelper output) : IClassFixture<ViewerServer>
{
    [Fact]
    public async Task Every_address_is_closed_to_who_is_not_or_no_longer_of_the_team()
    {
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(await RenderedGame.PublishableAsync("CRAWLED_GAME"));
        using var follower = await server.SignInAsync(ViewerServer.Follower);
        using var parent = await server.SignInAsync(ViewerServer.ChildsParent);
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        var addresses = await SiteCrawl.RunAsync(coach, gameId);
        Assert.Contains("/", addresses);
        Assert.Contains($"/games/{gameId}", addresses);
        Assert.Contains(addresses, address => address.EndsWith("/follow_360p.mp4", StringComparison.Ordinal));
        foreach (var member in new[] { follower, parent })
        {
            // With a pass for the game's files in hand, as somebody who has just watched.
            using var watch = await member.GetAsync($"/games/{gameId}");
            Assert.Equal(HttpStatusCode.OK, watch.StatusCode);
        }

        await RemoveAsync(ViewerServer.Follower, ViewerServer.ChildsParent);
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await ViewerServer.FormTokenAsync(coach, "/"))]);
        using var signedOut = await coach.PostAsync("/logout", form);
        using var nobody = server.Anonymous();
        using var other = await server.SignInAsync(ViewerServer.OtherCoach);
        foreach (var removed in new[] { follower, parent })
        {
            await Eventually.HoldsAsync(async () => !await OpensAsync(removed, $"/media/games/{gameId}/follow_360p.mp4"));
        }

        var open = await FilesForEveryoneAsync(nobody, addresses);
        var (tried, refused) = (0, 0);
        foreach (var (client, hasAccount) in new[] { (nobody, false), (coach, false), (other, true), (follower, true), (parent, true) })
        {
            foreach (var address in addresses.Except(open))
            {
                tried++;
                refused += await KeptFromAsync(client, address, gameId, hasAccount) ? 1 : 0;
            }
        }

        output.WriteLine($"{tried} addresses tried, {refused} refused; {open.Count} are everyone's: {string.Join(' ', open)}");
        Assert.Equal(tried, refused);
    }

    /// <summary>Refused; or, with an account, a page of one's own that does not lead to the game.</summary>
    private static async Task<bool> KeptFromAsync(HttpClient client, string address, int gameId, bool hasAccount)
    {
        using var answer = await client.GetAsync(address);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound => true,
            HttpStatusCode.Redirect => answer.Headers.Location!.ToString().Contains("/login", StringComparison.Ordinal),
            _ => hasAccount && !address.Contains($"/games/{gameId}", StringComparison.Ordinal)
                && !(await answer.Content.ReadAsStringAsync()).Contains($"/games/{gameId}", StringComparison.Ordinal),
        };
    }

    /// <summary>Style sheets, scripts and the icon, which the sign-in page needs: told by their kind, so that nothing else slips in.</summary>
    private static async Task<IReadOnlyList<string>> FilesForEveryoneAsync(HttpClient nobody, IReadOnlyList<string> addresses)
    {
        var open = new List<string>();
        foreach (var address in addresses)
        {
            using var answer = await nobody.GetAsync(address);
            if (answer.IsSuccessStatusCode)
            {
                Assert.Contains(answer.Content.Headers.ContentType?.MediaType, new[] { "text/css", "text/javascript", "image/svg+xml" });
                open.Add(address);
            }
        }

        return open;
    }

    private static async Task<bool> OpensAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address);
        return answer.IsSuccessStatusCode;
    }

    private Task RemoveAsync(params string[] emails) => server.InScopeAsync(async services =>
    {
        var db = services.GetRequiredService<ViewerDb>();
        var ids = await db.Users.Where(user => emails.Contains(user.Email)).Select(user => user.Id).ToListAsync();
        await db.UserTeams.Where(link => ids.Contains(link.UserId)).ExecuteDeleteAsync();
        await db.ParentPlayers.Where(link => ids.Contains(link.ParentId)).ExecuteDeleteAsync();
    });
}
