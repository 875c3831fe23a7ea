using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer.Club;

/// <summary>The club's pages in a real browser, at both sizes.</summary>
[Collection(PostgresTests.Name)]
public sealed class ClubPageTests(ViewerServer server, Browser browser) : IClassFixture<ViewerServer>, IClassFixture<Browser>
{
    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task The_administrators_pages_fit_and_have_no_serious_finding(string screen)
    {
        using var ingest = server.IngestServer();
        var gameId = await ingest.PublishAsync(PublishedGame.Make("GAME_ON_PAGES"));
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/login");
        await page.FillAsync("#email", ViewerServer.Admin);
        await page.FillAsync("#password", ViewerServer.Password);
        await page.ClickAsync("button[type=submit]");
        await page.Locator("header a[href='/account']").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Administration" }).ClickAsync();
        foreach (var path in new[] { "/account", "/admin", "/admin/people", "/admin/people/2", "/admin/teams", "/teams/1/people", "/admin/children/1", "/admin/games", $"/admin/games/{gameId}", "/admin/mail", "/admin/log" })
        {
            await LookAsync(page, path, screen);
        }
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task The_pages_before_signing_in_fit_and_have_no_serious_finding(string screen)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        foreach (var path in new[] { "/login", "/forgot", "/join?token=over", "/reset?token=over" })
        {
            await LookAsync(page, path, screen);
        }
    }

    [Fact]
    public async Task A_coach_adds_a_child_with_the_keyboard_alone()
    {
        var page = await browser.OpenAsync(Screen.Desktop, server.Address.ToString());
        await page.GotoAsync("/login");
        await page.FillAsync("#email", ViewerServer.Coach);
        await page.FillAsync("#password", ViewerServer.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/");
        await page.GotoAsync("/teams/1/people");
        await page.FocusAsync("#first-name");
        await page.Keyboard.TypeAsync("Robin");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Keys");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("00");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Shirt number of Robin Keys" })).ToHaveValueAsync("00");
    }

    private static async Task LookAsync(IPage page, string path, string screen)
    {
        await page.GotoAsync(path);
        await page.AssertFitsAsync();
        var axe = await page.RunAxe();
        Assert.True(axe.Violations.All(found => found.Impact is not ("serious" or "critical")), $"{path}: {string.Join("; ", axe.Violations.Select(found => $"{found.Id} {found.Help} {found.Nodes.FirstOrDefault()?.Html}"))}");
        await page.ShootAsync($"club{path.Split('?')[0].Replace('/', '-')}-{screen}");
    }
}
