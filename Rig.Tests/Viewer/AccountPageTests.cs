using Microsoft.Playwright;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>Signing in and out in a real browser, and what other sites' pages can do in it.</summary>
[Collection(PostgresTests.Name)]
public sealed class AccountPageTests(ViewerServer server, Browser browser) : IClassFixture<ViewerServer>, IClassFixture<Browser>
{
    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task A_person_sees_the_devices_and_signs_out_everywhere(string screen)
    {
        var lost = await SignInAsync("phone");
        var page = await SignInAsync(screen);
        await page.Locator("header a[href='/account']").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Fred Follower" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".devices li")).Not.ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".here")).ToHaveCountAsync(1);
        await page.AssertFitsAsync();
        await page.ShootAsync($"account-{screen}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere" }).ClickAsync();
        await page.WaitForURLAsync("**/login");
        await lost.GotoAsync("/");
        Assert.Equal("/login", new Uri(lost.Url).AbsolutePath);
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task Too_many_wrong_tries_are_told_how_long_to_wait(string screen)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/login");
        for (var i = 0; i < 6; i++)
        {
            await page.FillAsync("#email", $"nobody-on-{screen}@example.org");
            await page.FillAsync("#password", "wrong password!");
            await page.ClickAsync("button[type=submit]");
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(i < 5 ? "do not go together" : "Wait a minute");
        }

        await page.ShootAsync($"login-{screen}");
    }

    [Fact]
    public async Task A_page_that_points_its_own_name_at_the_viewer_gets_nothing()
    {
        var page = await browser.OpenAsync(Screen.Desktop, $"http://attacker.{Browser.ReboundDomain}:{server.Address.Port}");
        foreach (var path in new[] { "/login", "/health", "/css/site.css", "/api/v1/me" })
        {
            var answer = await page.GotoAsync(path);
            Assert.Equal(421, answer!.Status);
        }

        // From there, its own origin: any header may be set.
        var statuses = await page.EvaluateAsync<int[]>("""
            async () => Promise.all([
              fetch('/health', { headers: { 'X-Forwarded-Host': 'localhost' } }),
              fetch('/login', { method: 'POST', body: 'x=1', headers: { 'X-Forwarded-Host': 'localhost' } }),
            ].map(async (answer) => (await answer).status))
            """);
        Assert.Equal([421, 421], statuses);
    }

    [Fact]
    public async Task Another_sites_form_does_not_sign_a_person_out()
    {
        var page = await SignInAsync("desktop");
        await page.RouteAsync("http://elsewhere.example/**", route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = $"<form method=post action='{server.Address}logout?handler=Everywhere'><button>Win a prize</button></form>",
        }));
        await page.GotoAsync("http://elsewhere.example/");
        var answer = await page.RunAndWaitForResponseAsync(() => page.ClickAsync("button"), reply => reply.Url.Contains("/logout", StringComparison.Ordinal));
        Assert.Equal(403, answer.Status);
        var home = await page.GotoAsync(server.Address.ToString());
        Assert.Equal("/", new Uri(home!.Url).AbsolutePath);
    }

    private async Task<IPage> SignInAsync(string screen)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/login");
        await page.FillAsync("#email", ViewerServer.Follower);
        await page.FillAsync("#password", ViewerServer.Password);
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
        return page;
    }
}
