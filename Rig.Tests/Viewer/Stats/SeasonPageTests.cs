using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rig.Domain.Match;
using Rig.Tests.Support;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer.Stats;

/// <summary>The season's pages in a real browser: a coach corrects, a parent reads.</summary>
[Collection(PostgresTests.Name)]
public sealed class SeasonPageTests(ViewerServer server, Browser browser) : IClassFixture<ViewerServer>, IClassFixture<Browser>
{
    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task Every_page_of_a_season_fits_and_has_no_serious_finding(string screen)
    {
        var gameId = await SeasonAsync();
        var page = await SignInAsync(screen, ViewerServer.Coach);
        foreach (var (name, path) in new[]
        {
            ("home", "/"), ("filtered", "/?opponent=nobody"), ("schedule", "/schedule"), ("team", $"/teams/{ViewerServer.TeamId}"), ("player", $"/players/{ViewerServer.ChildId}"),
            ("correct", $"/games/{gameId}/correct"), ("moments", "/moments?q=saves"), ("asked", "/moments?q=throw-ins"),
        })
        {
            await page.GotoAsync(path);
            if (name == "correct")
            {
                await page.Locator(".rows summary").First.ClickAsync();
            }

            await page.AssertFitsAsync();

            // A phone's browser makes the window wider rather than scroll.
            Assert.Equal(Screen.Named(screen).Width, await page.EvaluateAsync<int>("() => window.innerWidth"));
            await page.ShootAsync($"season-{name}-{screen}");
            var axe = await page.RunAxe();
            Assert.True(axe.Violations.Length == 0, $"{path}: {string.Join("; ", axe.Violations.Select(found => $"{found.Id} at {found.Nodes[0].Html}"))}");
        }
    }

    [Fact]
    public async Task A_coach_adds_a_moment_where_the_video_stands_and_a_parent_finds_it_by_keys_alone()
    {
        var gameId = await SeasonAsync();
        var page = await SignInAsync("phone", ViewerServer.Coach);
        await page.GotoAsync($"/games/{gameId}");
        await page.EvaluateAsync("() => { Object.defineProperty(document.querySelector('#video'), 'currentTime', { value: 21.4 }); }");
        await page.ClickAsync("#add-moment");
        await Assertions.Expect(page.Locator("#new-time")).ToHaveValueAsync("0:21");
        await page.SelectOptionAsync("#new-type", "interception");
        await page.SelectOptionAsync("#new-player", new SelectOptionValue { Label = "00 Kim Parent" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the moment" }).ClickAsync();
        await Assertions.Expect(page.Locator(".rows .row-title", new() { HasText = "Interception, 00 Kim Parent" })).ToHaveCountAsync(1);

        var parent = await SignInAsync("desktop", ViewerServer.ChildsParent);
        await Assertions.Expect(parent.GetByRole(AriaRole.Link, new() { Name = "Kim Parent" })).ToBeVisibleAsync();
        await parent.FocusAsync("#ask");
        await parent.Keyboard.TypeAsync("interceptions by kim");
        await parent.Keyboard.PressAsync("Enter");
        await parent.WaitForURLAsync("**/moments?q=**");
        await parent.GetByRole(AriaRole.Link, new() { Name = "Interception" }).FocusAsync();
        await parent.Keyboard.PressAsync("Enter");
        await parent.WaitForURLAsync($"**/games/{gameId}?t=18");
        Assert.Equal(0, await parent.Locator("#add-moment").CountAsync());
    }

    [Fact]
    public async Task A_kick_off_is_entered_in_the_coachs_own_time()
    {
        var page = await SignInAsync("phone", ViewerServer.Coach);
        await page.GotoAsync("/schedule");
        await page.FillAsync("#enter-when", "2030-05-04T15:30");
        await page.FillAsync("#enter-opponent", "Evening Owls");
        await page.GetByRole(AriaRole.Button, new() { Name = "Enter the game" }).ClickAsync();
        var shown = page.Locator(".rows li", new() { HasText = "Evening Owls" }).Locator("time");
        var local = await page.EvaluateAsync<string>("() => new Date('2030-05-04T15:30').toISOString()");
        Assert.Equal(local.Replace(".000", "", StringComparison.Ordinal), await shown.GetAttributeAsync("datetime"));
    }

    private async Task<IPage> SignInAsync(string screen, string email)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/");
        await page.FillAsync("#email", email);
        await page.FillAsync("#password", ViewerServer.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/");
        return page;
    }

    /// <summary>A game with a few dozen placed moments, half of them Kim's.</summary>
    private async Task<int> SeasonAsync()
    {
        using var ingest = server.IngestServer();
        var game = PublishedGame.Make("PAGES_GAME");
        string[] types = ["save", "shot", "goal", "tackle", "pass", "shot_on_target"];
        var events = Enumerable.Range(0, 48).Select(i => new MatchEvent(types[i % types.Length], 0.8 * i, 0.9, i * 37 % 105, i * 29 % 68, i % 3 == 0 ? "b" : "a")).ToArray();
        var gameId = await ingest.PublishAsync(game with { Publication = game.Publication with { Events = events } });
        await server.InScopeAsync(async services =>
        {
            var db = services.GetRequiredService<ViewerDb>();
            await db.GameEvents.Where(moment => moment.GameId == gameId && moment.Side == "a").ExecuteUpdateAsync(row => row.SetProperty(moment => moment.PlayerId, ViewerServer.ChildId));
            await db.Games.Where(row => row.Id == gameId).ExecuteUpdateAsync(row => row.SetProperty(one => one.OurSide, "a"));
        });
        return gameId;
    }
}
