using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Rig.Domain.Frames;
using Rig.Rehearsal.Shelf;
using Rig.Tests.Ingest;
using Rig.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rig.Tests.Frames;

/// <summary>The pages of still cameras in Chromium, on a server that has seen a hand take something.</summary>
[Collection(PostgresTests.Name)]
public sealed class FramesPageTests(PostgresFixture postgres, Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private const string Device = "shelf-1";

    private readonly TempFolder folder = new("rig-frames-page");
    private IngestProcess server = null!;

    public static TheoryData<string> Screens => [Screen.Phone.Name, Screen.Desktop.Name];

    public async Task InitializeAsync()
    {
        server = await IngestProcess.StartAsync(
            folder, await postgres.NewDatabaseAsync(), ("Rig__Frames__Path", folder.File("frames")), ("Rig__Frames__MinFreeSpaceGb", "0"), ("Rig__Frames__MaxRequestsPerSecond", "1000"), ("Rig__Frames__MaxRequestsAtOnce", "1000"),
            ("Rig__Frames__ReorderWindow", "00:00:00"));
        await server.RunAsync(["account", "add", IngestPeople.Owner, "--owner"], IngestPeople.Password);
        using var owner = await server.SignInAsync(IngestPeople.Owner);
        using var made = await owner.PostAsJsonAsync("/api/v1/admin/devices", new { device_id = Device, display_name = "The shop's shelf" });
        using var camera = server.Client((FrameContract.KeyHeader, (string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["device_key"]!));
        var script = ShelfScript.Demo(11, firstSec: 5, lengthSec: 20);
        using var scene = new ShelfScene(script);
        for (var i = 0; i < script.LengthSec * 2; i++)
        {
            var meta = FrameServer.Meta(i);
            meta["capture_ts"] = TimeProvider.System.GetUtcNow().AddSeconds(-60 + (i / 2.0)).ToString("O");
            using var form = FrameServer.Form(meta, scene.Draw(i / 2.0).Jpeg);
            using var answer = await camera.PostAsync(FrameContract.FramePath, form);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        await Eventually.HoldsAsync(async () => ((JsonArray)(await owner.GetFromJsonAsync<JsonObject>("/api/v1/admin/events"))!["events"]!).Count >= 2);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task An_owner_sees_what_happened_and_draws_where_to_look(string screen)
    {
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/frames/");
        await page.Locator("#name").FillAsync(IngestPeople.Owner);
        await page.Locator("#password").FillAsync(IngestPeople.Password);
        await page.Locator("#sign-in button").ClickAsync();
        await Expect(page.Locator(".tile").First).ToContainTextAsync("Pictures in the last minute");
        await LookAsync("frames-overview");

        await page.GetByRole(AriaRole.Link, new() { Name = "Timeline" }).ClickAsync();
        await Expect(page.Locator(".event")).ToHaveCountAsync(2);
        await LookAsync("frames-timeline");
        await page.Locator("select[name=event_type]").SelectOptionAsync("stock_changed");
        await Expect(page.Locator(".event")).ToHaveCountAsync(1);
        await page.Locator(".event").ClickAsync();
        await Expect(page.Locator(".shots img")).ToHaveCountAsync(3);
        await Expect(page.Locator(".plot .score")).ToHaveAttributeAsync("points", new System.Text.RegularExpressions.Regex(@"\d"));
        await Expect(page.Locator(".trace li").First).ToContainTextAsync("inventory change");
        await LookAsync("frames-event");

        await page.GetByRole(AriaRole.Link, new() { Name = "Cameras" }).ClickAsync();
        await page.Locator(".device-row").ClickAsync();
        await Expect(page.Locator(".editor rect")).ToHaveCountAsync(2);
        await page.Locator("button[data-kind=ignore]").ClickAsync();
        await DragAsync(page, 0.1, 0.1, 0.4, 0.3);
        await Expect(page.Locator(".editor rect.ignore")).ToHaveCountAsync(1);
        await DragAsync(page, 0.6, 0.6, 0.9, 0.9);
        await Expect(page.Locator(".editor rect.ignore")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.Locator(".editor rect.ignore")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save regions" }).ClickAsync();
        await Expect(page.Locator("#page")).ToContainTextAsync("Saved as version");
        await LookAsync("frames-camera");
        using var owner = await server.SignInAsync(IngestPeople.Owner);
        var ignored = (await owner.GetFromJsonAsync<JsonObject>($"/api/v1/admin/devices/{Device}"))!["regions"]!["ignore"]!.AsArray().Single()!;
        Assert.Equal(0.1, (double)ignored["x"]!, 1);
        Assert.Equal(0.3, (double)ignored["w"]!, 1);

        await page.Locator("input[name=interaction_threshold]").FillAsync("7");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(page.Locator("#problem")).ToContainTextAsync("interaction_threshold must be 0.01 to 1");
        await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await Expect(page.Locator(".secret")).ToContainTextAsync("rigcam_");

        async Task LookAsync(string name)
        {
            await page.ShootAsync($"{name}-{screen}");
            await page.AssertFitsAsync();
        }
    }

    /// <summary>By mouse events, which reach the page as pointer events on either screen.</summary>
    private static async Task DragAsync(IPage page, double x0, double y0, double x1, double y1)
    {
        await page.Locator(".editor svg").ScrollIntoViewIfNeededAsync();
        var box = (await page.Locator(".editor svg").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync((float)(box.X + (x0 * box.Width)), (float)(box.Y + (y0 * box.Height)));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync((float)(box.X + (x1 * box.Width)), (float)(box.Y + (y1 * box.Height)), new() { Steps = 4 });
        await page.Mouse.UpAsync();
    }
}
