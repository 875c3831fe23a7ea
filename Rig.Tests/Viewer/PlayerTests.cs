using System.Globalization;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Viewer;

/// <summary>The player with the home server's renditions, in a real browser.</summary>
[Collection(PostgresTests.Name)]
public sealed class PlayerTests(ViewerServer server, Browser browser, ITestOutputHelper output) : IClassFixture<ViewerServer>, IClassFixture<Browser>
{
    [Theory]
    [InlineData(390, 844, true)]
    [InlineData(844, 390, true)]
    [InlineData(768, 1024, true)]
    [InlineData(1440, 900, false)]
    public async Task On_a_thin_line_the_picture_comes_and_stays_with_its_controls_in_sight(int width, int height, bool touch)
    {
        var page = await SignedInAsync(width, height, touch);
        var gameId = await PublishAsync();
        // As people come: by the list of games, where the browser has time to fetch the player.
        await page.GotoAsync("/", new() { WaitUntil = WaitUntilState.NetworkIdle });
        var network = await page.Context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        await network.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 150, ["downloadThroughput"] = 200_000, ["uploadThroughput"] = 100_000 });
        await page.GotoAsync($"/games/{gameId}", new() { WaitUntil = WaitUntilState.Commit });
        await HasPictureAsync(page);
        var firstFrameMs = await page.EvaluateAsync<double>("() => performance.now()");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{width}x{height}: first frame {firstFrameMs:0} ms after the navigation at 1.6 Mbit/s and 150 ms"));
        Assert.Equal("broadcast", await page.GetAttributeAsync("#player", "data-camera"));
        foreach (var one in new[] { "#viewport", "#play", "#seek", "#full" })
        {
            var box = (await page.Locator(one).BoundingBoxAsync())!;
            Assert.True(box.Y >= 0 && box.Y + box.Height <= height + 1 && box.X >= 0 && box.X + box.Width <= width + 1, $"{one} lies at {box.X},{box.Y} and is {box.Width}x{box.Height} on a screen of {width}x{height}");
        }

        Assert.True((await page.Locator("#viewport").BoundingBoxAsync())!.Height >= height * 0.25, "the picture is large enough to see something");
        await page.AssertFitsAsync();
        await page.EvaluateAsync("() => { window.waits = 0; document.querySelector('#video').addEventListener('waiting', () => window.waits++); }");
        await page.ClickAsync("#start");
        await page.WaitForFunctionAsync("() => document.querySelector('#video').currentTime > 15", null, new() { Timeout = 120_000 });
        output.WriteLine($"waits in 15 s: {await page.EvaluateAsync<int>("() => window.waits")}");
        await page.ShootAsync($"player-{width}x{height}");
        var axe = await page.RunAxe();
        Assert.DoesNotContain(axe.Violations, found => found.Impact is "serious" or "critical");
    }

    [Fact]
    public async Task A_device_with_small_textures_and_a_weak_decoder_gets_what_it_can_play()
    {
        var page = await SignedInAsync(1440, 900, touch: false);
        await page.AddInitScriptAsync(
            """
            const read = WebGLRenderingContext.prototype.getParameter;
            WebGLRenderingContext.prototype.getParameter = function (name) { return name === this.MAX_TEXTURE_SIZE ? 1024 : read.call(this, name); };
            Object.defineProperty(navigator, 'connection', { value: { downlink: 10 } });
            navigator.mediaCapabilities.decodingInfo = async ({ video }) => ({ supported: video.width <= 1000, smooth: true, powerEfficient: true });
            """);
        await page.GotoAsync($"/games/{await PublishAsync()}");
        await HasPictureAsync(page);
        await page.ClickAsync("#start");
        await page.WaitForFunctionAsync("() => document.querySelector('#video').currentTime > 4");
        Assert.Equal("virtual", await page.GetAttributeAsync("#player", "data-camera"));
        Assert.InRange(await page.EvaluateAsync<int>("() => document.querySelector('#video').videoWidth"), 1, 1000);
    }

    [Fact]
    public async Task On_a_phone_the_camera_is_taken_over_and_given_back_without_losing_the_place()
    {
        var page = await SignedInAsync(390, 844, touch: true);
        await page.GotoAsync($"/games/{await PublishAsync()}?t=9");
        await HasPictureAsync(page);
        Assert.Equal(("broadcast", true), (await page.GetAttributeAsync("#player", "data-camera"), await page.EvaluateAsync<bool>("() => Math.abs(document.querySelector('#video').currentTime - 9) < 0.5")));
        await page.ClickAsync("[data-camera-mode=free]");
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-camera", "virtual");
        await HasPictureAsync(page);
        Assert.InRange(await page.EvaluateAsync<double>("() => document.querySelector('#video').currentTime"), 8.5, 9.5);
        await Assertions.Expect(page.Locator("#overview")).ToBeVisibleAsync();
        await page.ClickAsync("[data-camera-mode=follow]");
        await Assertions.Expect(page.Locator("#player")).ToHaveAttributeAsync("data-camera", "broadcast");
    }

    [Fact]
    public async Task Everything_goes_by_keys()
    {
        var page = await SignedInAsync(1440, 900, touch: false);
        await page.GotoAsync($"/games/{await PublishAsync()}");
        await HasPictureAsync(page);
        await PressAsync("5", "Math.abs(v.currentTime - 10) < 0.2");
        await PressAsync(".", "v.currentTime > 10.05 && v.currentTime < 10.2");
        await PressAsync(",", "v.currentTime < 10.05");
        await PressAsync("ArrowLeft", "Math.abs(v.currentTime - 5) < 0.3");
        await PressAsync("n", "Math.abs(v.currentTime - 9.3) < 1");
        await PressAsync("p", "Math.abs(v.currentTime - 3) < 1");
        await PressAsync("m", "v.muted");
        await PressAsync(">", "v.playbackRate === 1.25");
        await PressAsync("k", "v.paused");
        await PressAsync("d", "!document.querySelector('#pen-layer').hidden");
        await PressAsync("d", "document.querySelector('#pen-layer').hidden");
        await PressAsync("?", "document.querySelector('#help').open");
        await PressAsync("Escape", "!document.querySelector('#help').open");
        await PressAsync("f", "document.fullscreenElement !== null || document.querySelector('#player').classList.contains('fills-page')");

        async Task PressAsync(string key, string then)
        {
            await page.Keyboard.PressAsync(key);
            await page.WaitForFunctionAsync($"() => {{ const v = document.querySelector('#video'); return {then}; }}", null, new() { Timeout = 20_000 });
        }
    }

    [Fact]
    public async Task A_person_goes_on_where_he_stopped_and_the_scrub_bar_shows_what_is_there()
    {
        var page = await SignedInAsync(1440, 900, touch: false);
        var gameId = await PublishAsync();
        await page.GotoAsync($"/games/{gameId}?t=7");
        await HasPictureAsync(page);
        await page.EvaluateAsync("id => localStorage.setItem('rig:place:' + id, '10.5')", gameId.ToString(CultureInfo.InvariantCulture));
        await page.Locator("#seek").HoverAsync();
        await Assertions.Expect(page.Locator("#hover-picture")).ToBeVisibleAsync();
        Assert.Contains($"/media/games/{gameId}/thumbs_00.jpg", await page.EvaluateAsync<string>("() => document.querySelector('#hover-picture').style.backgroundImage"), StringComparison.Ordinal);
    }

    private static Task HasPictureAsync(IPage page) => page.WaitForFunctionAsync("() => document.querySelector('#player')?.dataset.camera && document.querySelector('#video').readyState >= 2", null, new() { Timeout = 60_000 });

    private async Task<int> PublishAsync()
    {
        using var ingest = server.IngestServer();
        return await ingest.PublishAsync(await RenderedGame.PublishableAsync("PLAYER_GAME"));
    }

    private async Task<IPage> SignedInAsync(int width, int height, bool touch)
    {
        var page = await browser.OpenAsync(new Screen($"{width}x{height}", width, height, touch), server.Address.ToString());
        await page.GotoAsync("/");
        await page.FillAsync("#email", ViewerServer.Coach);
        await page.FillAsync("#password", ViewerServer.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/");
        return page;
    }
}
