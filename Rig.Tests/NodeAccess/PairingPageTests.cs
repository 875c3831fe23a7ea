using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Rig.Hosting.Access;
using Rig.Rehearsal.Demo;
using Rig.Tests.FieldUi;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;
using static Microsoft.Playwright.Assertions;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Tests.NodeAccess;

/// <summary>A parent at the touchline, and a hostile page, in a real Chromium.</summary>
public sealed class PairingPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly RigOnPage rig = new();

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Desktop.Name];

    public void Dispose() => rig.Dispose();

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task The_first_phone_owns_a_new_camera_by_one_touch_and_films(string screen)
    {
        await using var node = await NodeUnderTest.StartFreshAsync();
        rig.Film(node);
        var page = await browser.OpenAsync(Screen.Named(screen), node.Http.BaseAddress!.ToString());
        await page.GotoAsync("/");
        await Expect(page.Locator("#pair-title")).ToHaveTextAsync("A new camera");
        await Expect(page.Locator("#main")).ToBeHiddenAsync();
        var button = (await page.Locator("#pair").BoundingBoxAsync())!;
        Assert.True(button.Height >= 64, $"the button is {button.Height} px high");
        Assert.True(button.Y + button.Height <= Screen.Named(screen).Height, "the button is below the fold");
        await page.AssertFitsAsync();
        await page.ShootAsync($"pair-new-{screen}");

        await page.Locator("#pair").ClickAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        await StartAndStopAsync(page);
        await Expect(page.Locator("#phones")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_further_phone_types_the_PIN_once_and_needs_no_keyboard_for_start_and_stop()
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:Trust:AllowPlainMachines=false");
        rig.Film(node);
        var page = await browser.OpenAsync(Screen.Phone, node.Http.BaseAddress!.ToString());
        await page.GotoAsync("/");
        await Expect(page.Locator("#pair-title")).ToHaveTextAsync("Pair this phone");
        await Expect(page.Locator("#pin")).ToHaveAttributeAsync("inputmode", "numeric");
        await Expect(page.Locator("#pin")).ToBeFocusedAsync();
        await page.ShootAsync("pair-phone");
        await page.Locator("#pin").PressSequentiallyAsync("00000000");
        await Expect(page.Locator("#pair-said")).ToContainTextAsync("not this camera's PIN");
        await page.AssertFitsAsync();

        // The whole PIN is enough; nothing is to be pressed.
        await page.Locator("#pin").FillAsync("");
        await page.Locator("#pin").PressSequentiallyAsync(await PinAsync(node));
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        await StartAndStopAsync(page);
        await Expect(page.Locator("#phones")).ToBeHiddenAsync();
        await Expect(page.Locator("#insecure")).ToBeHiddenAsync();

        // It stays paired.
        await page.ReloadAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
    }

    [Fact]
    public async Task A_scanned_code_pairs_at_once_and_its_PIN_does_not_stay_in_the_address()
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Film(node);
        var page = await browser.OpenAsync(Screen.Phone, node.Http.BaseAddress!.ToString());
        await page.GotoAsync($"/#pin={(await PinAsync(node)).Replace(" ", "", StringComparison.Ordinal)}");
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        Assert.DoesNotContain("pin", page.Url, StringComparison.Ordinal);
        await Expect(page.Locator("#insecure")).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task An_owner_adds_a_phone_makes_it_an_owner_and_takes_it_away_which_sends_it_back_to_pairing(string screen)
    {
        await using var node = await NodeUnderTest.StartAsync("--Rig:Trust:AllowPlainMachines=false");
        rig.Film(node);
        var owner = await OpenPairedAsync(node, screen, node.Http.DefaultRequestHeaders.GetValues("Cookie").Single());
        var other = await OpenPairedAsync(node, Screen.Phone.Name, node.CookieOf(Roles.Operator));
        await Expect(other.Locator("#headline")).ToHaveTextAsync("Ready");
        await owner.ReloadAsync();
        await Expect(owner.Locator("#phones-list li")).ToHaveCountAsync(2);
        await owner.Locator("#phones-invite").ClickAsync();
        await Expect(owner.Locator("#phones-pin")).ToHaveTextAsync(await PinAsync(node));
        await Expect(owner.Locator("#phones-qr svg")).ToBeVisibleAsync();
        await owner.GetByRole(AriaRole.Button, new() { Name = "Make owner" }).ClickAsync();
        await Expect(owner.GetByRole(AriaRole.Button, new() { Name = "Only films" })).ToBeVisibleAsync();
        await owner.Locator("#phones-changes summary").ClickAsync();
        await Expect(owner.Locator("#phones-audit li").First).ToContainTextAsync("changed the role of operator");
        await owner.AssertFitsAsync();
        await owner.ShootAsync($"phones-{screen}");

        await owner.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await owner.GetByRole(AriaRole.Button, new() { Name = "Remove now" }).ClickAsync();
        await Expect(owner.Locator("#phones-list li")).ToHaveCountAsync(1);
        await Expect(other.Locator("#pair-title")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_that_points_its_own_name_at_the_node_gets_nothing()
    {
        // The page comes from the attacker's machine; then its name leads to the node.
        var port = FreePort.Next();
        var page = await browser.OpenAsync(Screen.Phone, $"http://attacker.{Browser.ReboundDomain}:{port}");
        await using (var attacker = await AttackerAsync(port))
        {
            await page.GotoAsync("/");
            await Expect(page.Locator("p")).ToHaveTextAsync("Win a prize");
        }

        await using var node = await NodeUnderTest.StartFreshAsync($"--Rig:Node:Port={port}");

        // To the browser the node is that page's own origin: a script may send what it likes and read what comes.
        var answers = await page.EvaluateAsync<string[]>("""
            async () => Promise.all([
              fetch('/'),
              fetch('/main.js'),
              fetch('/api/v1/status'),
              fetch('/api/v1/pairing'),
              fetch('/api/v1/pairing', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Forwarded-Host': 'localhost' }, body: '{"pin":"00000000"}' }),
              fetch('/api/v1/config', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Rig-Machine': 'server' }, body: '{}' }),
            ].map(async (answer) => `${(await answer).status} ${await (await answer).text()}`))
            """);
        Assert.All(answers, answer => Assert.Equal("421 ", answer));
        Assert.Equal(6, answers.Length);
    }

    [Fact]
    public async Task A_hostile_page_in_the_browser_of_an_owner_reads_and_changes_nothing()
    {
        await using var node = await NodeUnderTest.StartAsync();
        rig.Film(node);
        var page = await OpenPairedAsync(node, Screen.Phone.Name, node.Http.DefaultRequestHeaders.GetValues("Cookie").Single());
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        await using var elsewhere = await AttackerAsync(FreePort.Next());
        await page.GotoAsync($"http://prize.{Browser.ReboundDomain}:{new Uri(elsewhere.Urls.Single()).Port}/");
        var answers = await page.EvaluateAsync<string[]>("""
            async (node) => Promise.all([
              fetch(`${node}api/v1/status`, { credentials: 'include' }),
              fetch(`${node}api/v1/coordinator/stop`, { method: 'POST', credentials: 'include' }),
              fetch(`${node}api/v1/coordinator/stop`, { method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' }, body: '{}' }),
              new Promise((resolve, reject) => Object.assign(new Image(), { onload: resolve, onerror: reject, src: `${node}preview/snapshot` })),
            ].map((sent) => sent.then(() => 'got it', () => 'nothing')))
            """, node.Http.BaseAddress!.ToString());
        Assert.All(answers, answer => Assert.Equal("nothing", answer));
        var sent = await page.EvaluateAsync<string>("""
            async (node) => fetch(`${node}api/v1/coordinator/stop`, { method: 'POST', mode: 'no-cors', credentials: 'include' }).then((answer) => answer.type, () => 'nothing')
            """, node.Http.BaseAddress!.ToString());
        Assert.Contains(sent, new[] { "opaque", "nothing" });
        Assert.DoesNotContain(node.Asked, asked => asked is StopSession);
    }

    private static async Task<WebApplication> AttackerAsync(int port)
    {
        var attacker = WebApplication.CreateSlimBuilder().Build();
        attacker.Urls.Add($"http://127.0.0.1:{port}");
        attacker.MapGet("/", () => Results.Content("<p>Win a prize</p>", "text/html"));
        await attacker.StartAsync();
        return attacker;
    }

    private async Task<IPage> OpenPairedAsync(NodeUnderTest node, string screen, string cookie)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), node.Http.BaseAddress!.ToString());
        await page.Context.AddCookiesAsync([new Cookie { Name = cookie.Split('=', 2)[0], Value = cookie.Split('=', 2)[1], Url = node.Http.BaseAddress.ToString() }]);
        await page.GotoAsync("/");
        return page;
    }

    private static async Task StartAndStopAsync(IPage page)
    {
        await page.Locator("#main").ClickAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Recording");
        await page.Locator("#main").ClickAsync();
        await page.Locator("#sure").ClickAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
    }

    private static async Task<string> PinAsync(NodeUnderTest node) => (await node.GetAsync("/api/v1/access/pin")).Body.GetProperty("pin").GetString()!;
}
