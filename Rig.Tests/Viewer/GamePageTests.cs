using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using Rig.Domain.Match;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>The pages in a real browser, on a phone and on a desk.</summary>
[Collection(PostgresTests.Name)]
public sealed class GamePageTests(ViewerServer server, Browser browser) : IClassFixture<ViewerServer>, IClassFixture<Browser>
{
    /// <summary>The colour in the middle of a PNG (base64).</summary>
    private const string MiddleColour = """
        async (png) => {
          const picture = new Image();
          picture.src = 'data:image/png;base64,' + png;
          await picture.decode();
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 1;
          const context = canvas.getContext('2d');
          context.drawImage(picture, Math.floor(picture.width / 2), Math.floor(picture.height / 2), 1, 1, 0, 0, 1, 1);
          return Array.from(context.getImageData(0, 0, 1, 1).data);
        }
        """;

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task A_family_signs_in_and_opens_the_game(string screen)
    {
        await PublishAsync();
        var page = await browser.OpenAsync(Screen.Named(screen), server.Address.ToString());
        await page.GotoAsync("/");
        await page.FillAsync("#email", ViewerServer.Follower);
        await page.FillAsync("#password", "wrong password!");
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.FillAsync("#password", ViewerServer.Password);
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Blue Lightning" })).ToBeVisibleAsync();
        await page.AssertFitsAsync();
        await page.ClickAsync("a.card");
        await Assertions.Expect(page.Locator("#picture")).ToBeVisibleAsync();
        await page.AssertFitsAsync();
        await page.ShootAsync($"game-{screen}");
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task The_camera_looks_where_the_geometry_says(string screen)
    {
        var page = await OpenGameAsync(screen);
        await page.EvaluateAsync("() => { document.querySelector('#video').currentTime = 10; }");
        // Follow: the path is at yaw 20, pitch 7 degrees at 10 s.
        await AssertLooksAtAsync(page, yawDeg: 20, pitchDeg: 7);
        await page.EvaluateAsync("() => { document.querySelector('#video').currentTime = 2; }");
        await AssertLooksAtAsync(page, yawDeg: -20, pitchDeg: 7);
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task A_drag_takes_the_camera_along_and_a_double_tap_gives_it_back(string screen)
    {
        var page = await OpenGameAsync(screen);
        var before = await WindowAsync(page);
        await DragAsync(page, fromX: 0.7, toX: 0.3);
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-mode", "free");
        var after = await WindowAsync(page);
        Assert.True(after.Left > before.Left + 0.02, $"the window moved from {before.Left:0.000} to {after.Left:0.000}");
        await page.Locator("#picture").DblClickAsync(new() { Position = new() { X = 40, Y = 40 } });
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-mode", "follow");
    }

    [Fact]
    public async Task The_wheel_zooms_and_keys_look_around()
    {
        var page = await OpenGameAsync("desktop");
        var before = await WindowAsync(page);
        await page.Locator("#picture").HoverAsync(new() { Position = new() { X = 40, Y = 40 } });
        await page.Mouse.WheelAsync(0, -400);
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-mode", "free");
        var near = await WindowAsync(page);
        Assert.True(near.Width < before.Width * 0.8, $"the window was {before.Width:0.000} wide and is {near.Width:0.000}");
        await page.Locator("#picture").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        var right = await WindowAsync(page);
        Assert.True(right.Left > near.Left);
        await page.Keyboard.PressAsync("c");
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-mode", "follow");
        await page.Keyboard.PressAsync("w");
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-mode", "whole");
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task A_moment_jumps_to_three_seconds_before_it_and_plays(string screen)
    {
        var page = await OpenGameAsync(screen);
        await page.Locator(".moment[data-type=goal]").ClickAsync();
        await page.WaitForFunctionAsync("() => { const v = document.querySelector('#video'); return !v.paused && v.currentTime >= 9.3 && v.currentTime < 12.3; }");
        await Assertions.Expect(page.Locator("#play")).ToHaveAttributeAsync("aria-label", "Pause");
        await Assertions.Expect(page.Locator(".moment[data-type=goal]")).ToHaveAttributeAsync("aria-current", "true");
        await page.ClickAsync("#play");
        await page.ClickAsync("#back");
        await page.WaitForFunctionAsync("() => document.querySelector('#video').currentTime < 3");
        await page.ClickAsync(".more summary");
        await page.SelectOptionAsync("#speed", "2");
        Assert.Equal(2, await page.EvaluateAsync<double>("() => document.querySelector('#video').playbackRate"));
    }

    [Theory]
    [InlineData("phone")]
    [InlineData("desktop")]
    public async Task A_clip_plays_in_place_and_can_be_downloaded(string screen)
    {
        var page = await OpenGameAsync(screen);
        await page.EvaluateAsync("() => document.querySelector('.clip-video').play()");
        await page.WaitForFunctionAsync("() => document.querySelector('.clip-video').currentTime > 0.2");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download Goal" }).ClickAsync());
        Assert.Equal("2026-11-21 Green Strikers goal-0012.mp4", download.SuggestedFilename);
        Assert.Equal(await PanoramaVideo.ClipAsync(), await File.ReadAllBytesAsync(await download.PathAsync()));
    }

    [Fact]
    public async Task Without_webgl_the_panorama_plays_as_it_is()
    {
        var page = await browser.OpenAsync(Screen.Phone, server.Address.ToString());
        await page.AddInitScriptAsync("HTMLCanvasElement.prototype.getContext = () => null;");
        await OpenGameAsync(page);
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-camera", "plain");
        await Assertions.Expect(page.Locator("#picture")).ToBeHiddenAsync();
        await page.ClickAsync("#start");
        await page.WaitForFunctionAsync("() => document.querySelector('#video').currentTime > 0.2");
    }

    private async Task<int> PublishAsync()
    {
        var game = PublishedGame.Make("BROWSER_GAME", bytes: new Dictionary<string, byte[]>
        {
            ["panorama.mp4"] = await PanoramaVideo.PanoramaAsync(),
            ["thumbnail.jpg"] = await PanoramaVideo.PictureAsync(),
            ["goal-0012.mp4"] = await PanoramaVideo.ClipAsync(),
            ["goal-0012.jpg"] = await PanoramaVideo.PictureAsync(),
        });
        game = game with
        {
            Publication = game.Publication with
            {
                DurationSeconds = 20,
                Fps = 10,
                // At rest around 2 s and 10 s; beside a pan the curve through the keys swings a little.
                Follow = [.. new (double T, double Yaw)[] { (0, -20), (1, -20), (3, -20), (4, -20), (8, 20), (9, 20), (11, 20), (12, 20), (20, 20) }
                    .Select(key => new FollowKey(key.T, key.Yaw, 7, 40))],
            },
        };
        using var ingest = server.IngestServer();
        return await ingest.PublishAsync(game);
    }

    private async Task<IPage> OpenGameAsync(string screen) => await OpenGameAsync(await browser.OpenAsync(Screen.Named(screen), server.Address.ToString()));

    private async Task<IPage> OpenGameAsync(IPage page)
    {
        List<string> complaints = [];
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync($"/games/{await PublishAsync()}");
        await page.FillAsync("#email", ViewerServer.Coach);
        await page.FillAsync("#password", ViewerServer.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForFunctionAsync("() => document.querySelector('#player')?.dataset.camera && document.querySelector('#video').readyState >= 2");
        Assert.Empty(complaints);
        return page;
    }

    private static async Task AssertLooksAtAsync(IPage page, double yawDeg, double pitchDeg)
    {
        var panorama = PublishedGame.Make("ANY").Publication.Panorama;
        var (yaw, pitch) = (yawDeg * Math.PI / 180, pitchDeg * Math.PI / 180);
        Assert.True(panorama.TryProject(Math.Sin(yaw) * Math.Cos(pitch), Math.Sin(pitch), Math.Cos(yaw) * Math.Cos(pitch), out var u, out var v));
        var (red, green) = (255 * u / PanoramaVideo.Width, 255 * v / PanoramaVideo.Height);
        double[] colour = [];
        for (var attempt = 0; attempt < 50; attempt++)
        {
            // The camera glides: it is there after a few frames.
            var png = await page.Locator("#viewport").ScreenshotAsync();
            colour = await page.EvaluateAsync<double[]>(MiddleColour, Convert.ToBase64String(png));
            if (Math.Abs(colour[0] - red) < 5 && Math.Abs(colour[1] - green) < 5)
            {
                return;
            }
        }

        Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"The middle shows red {colour[0]} and green {colour[1]}; at yaw {yawDeg} and pitch {pitchDeg} they are {red:0} and {green:0}."));
    }

    private static async Task DragAsync(IPage page, double fromX, double toX)
    {
        var box = (await page.Locator("#picture").BoundingBoxAsync())!;
        var y = box.Y + (box.Height / 2);
        await page.Mouse.MoveAsync((float)(box.X + (box.Width * fromX)), y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync((float)(box.X + (box.Width * toX)), y, new() { Steps = 8 });
        await page.Mouse.UpAsync();
    }

    /// <summary>Where the overview says that the camera looks, as fractions of the panorama.</summary>
    private static async Task<(double Left, double Width)> WindowAsync(IPage page)
    {
        var style = await page.EvaluateAsync<JsonElement>("() => { const s = document.querySelector('#window').style; return { left: parseFloat(s.left) / 100, width: parseFloat(s.width) / 100 }; }");
        return (style.GetProperty("left").GetDouble(), style.GetProperty("width").GetDouble());
    }
}
