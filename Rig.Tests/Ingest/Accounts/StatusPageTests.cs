using Microsoft.Playwright;
using Rig.Tests.Support;
using Rig.Tests.Viewer;
using static Microsoft.Playwright.Assertions;

namespace Rig.Tests.Ingest.Accounts;

/// <summary>The home server's page in Chromium: who is not signed in sees a form and nothing of a match.</summary>
[Collection(PostgresTests.Name)]
public sealed class StatusPageTests(PostgresFixture postgres, Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-status-page");
    private IngestProcess server = null!;

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Desktop.Name];

    public async Task InitializeAsync()
    {
        server = await IngestProcess.StartAsync(folder, await postgres.NewDatabaseAsync(), ("Rig__Trust__AllowPlainMachines", "true"));
        await server.BringAsync(Session);
        await File.WriteAllBytesAsync(folder.File("sessions", Session, "stitched", "panorama.mp4"), await PanoramaVideo.PanoramaAsync());
        await File.WriteAllBytesAsync(folder.File("sessions", Session, "stitched", "thumbnail.jpg"), await PanoramaVideo.PictureAsync());
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_person_signs_in_sees_the_match_and_signs_out(string screen)
    {
        var page = await OpenAsync(screen);
        await Expect(page.Locator("#no-account")).ToContainTextAsync("rig-ingest account add NAME --owner");
        await Expect(page.Locator("#sign-in")).ToBeHiddenAsync();
        await page.ShootAsync($"no-account-{screen}");
        await page.AssertFitsAsync();
        await MakeAccountsAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Look again" }).ClickAsync();
        await Expect(page.Locator("#sign-in")).ToBeVisibleAsync();
        await Expect(page.Locator("#empty")).ToBeHiddenAsync();
        await page.ShootAsync($"sign-in-{screen}");
        await page.AssertFitsAsync();

        await SignInAsync(page, IngestPeople.Owner, "wrong password!");
        await Expect(page.Locator("#sign-in-problem")).ToContainTextAsync("do not go together");
        await SignInAsync(page, IngestPeople.Owner, IngestPeople.Password);
        await Expect(page.Locator(".session h2")).ToHaveTextAsync("Saturday 21 November, 14:00");
        await Expect(page.Locator("#sign-in")).ToBeHiddenAsync();
        await Expect(page.Locator("#person-name")).ToHaveTextAsync(IngestPeople.Owner);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Process what is here" })).ToBeVisibleAsync();
        await Expect(page.Locator("#insecure")).ToContainTextAsync("Machines without a certificate are believed");
        await PlayAsync(page);
        await page.ShootAsync($"matches-{screen}");
        await page.AssertFitsAsync();

        await page.Locator("#sign-out").ClickAsync();
        await Expect(page.Locator("#sign-in")).ToBeVisibleAsync();
        await Expect(page.Locator(".session")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Expect(page.Locator("#sign-in")).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Who_only_watches_gets_the_video_and_no_button_that_steers(string screen)
    {
        await MakeAccountsAsync();
        var page = await OpenAsync(screen);
        await SignInAsync(page, IngestPeople.Member, IngestPeople.Password);
        await PlayAsync(page);
        await Expect(page.Locator(".session .actions button")).ToHaveCountAsync(0);
        await page.ShootAsync($"member-{screen}");
        await page.AssertFitsAsync();
    }

    [Fact]
    public async Task A_session_that_ends_elsewhere_leaves_nothing_on_the_screen()
    {
        await MakeAccountsAsync();
        var page = await OpenAsync(Screen.Phone.Name);
        await SignInAsync(page, IngestPeople.Owner, IngestPeople.Password);
        await Expect(page.Locator(".session")).ToHaveCountAsync(1);
        using var desktop = await server.SignInAsync(IngestPeople.Owner);
        using var everywhere = await desktop.PostAsync("/api/v1/sign-out/everywhere", content: null);
        await Expect(page.Locator("#sign-in")).ToBeVisibleAsync();
        await Expect(page.Locator(".session")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_page_that_reaches_the_server_by_a_name_of_its_own_gets_nothing()
    {
        var page = await OpenAsync(Screen.Desktop.Name);
        var answer = await page.GotoAsync($"http://matches.{Browser.ReboundDomain}:{server.Address.Port}/");
        Assert.Equal(421, answer!.Status);
        foreach (var path in new[] { "/api/v1/sessions", $"/api/v1/sessions/{Session}/files/panorama.mp4", "/api/v1/health" })
        {
            Assert.Equal(421, await page.EvaluateAsync<int>("path => fetch(path).then(answer => answer.status)", path));
        }
    }

    private async Task MakeAccountsAsync()
    {
        await server.RunAsync(["account", "add", IngestPeople.Owner, "--owner"], IngestPeople.Password);
        await server.RunAsync(["account", "add", IngestPeople.Member], IngestPeople.Password);
    }

    private async Task<IPage> OpenAsync(string screen)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/");
        return page;
    }

    private static async Task SignInAsync(IPage page, string name, string password)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    /// <summary>The video and its picture come with the page's cookie.</summary>
    private static async Task PlayAsync(IPage page)
    {
        await page.Locator("video").EvaluateAsync("async video => { video.muted = true; await video.play(); video.pause(); }");
        Assert.True(await page.Locator("video").EvaluateAsync<bool>("video => fetch(video.poster).then(answer => answer.ok)"));
    }
}
