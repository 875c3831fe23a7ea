using Microsoft.Playwright;
using Rig.Tests.FieldUi;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Rig.Tests.PeoplePort;

/// <summary>What a phone's person meets that comes to a camera from the network for the first time, in a real Chromium that trusts no authority of a rig.</summary>
public sealed class PhoneWarningTests(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>, IDisposable
{
    private readonly RigOnPage rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task The_warning_costs_two_touches_once_and_a_scanned_PIN_is_not_lost_by_it()
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return;
        }

        await using var node = await NodeUnderTest.StartFreshAsync("--Rig:Node:ListenAddress=0.0.0.0");
        rig.Film(node);
        var port = node.Http.BaseAddress!.Port;
        var page = await browser.OpenAsync(Screen.Phone, $"http://{address}:{port}");

        // As somebody types it who never heard of https, with the PIN of the code beside it.
        var pin = (await node.GetAsync("/api/v1/pairing")).Body.GetProperty("invitation").GetProperty("pin").GetString()!.Replace(" ", "", StringComparison.Ordinal);
        var warned = await Assert.ThrowsAsync<PlaywrightException>(() => page.GotoAsync($"/#pin={pin}"));
        Assert.Contains("ERR_CERT_AUTHORITY_INVALID", warned.Message, StringComparison.Ordinal);
        await page.ShootAsync("certificate-warning-phone");
        await page.Locator("#details-button").ClickAsync();
        await page.Locator("#proceed-link").ClickAsync();

        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        Assert.Equal($"https://{address}:{port}/", page.Url);
        await Expect(page.Locator("#unencrypted")).ToBeHiddenAsync();
        await page.ShootAsync("after-the-warning-phone");

        // Once: the next time the address alone is enough, and the phone is known.
        await page.GotoAsync($"http://{address}:{port}/");
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
    }

    [Fact]
    public async Task Where_plain_HTTP_is_let_in_the_page_says_that_it_is_not_encrypted()
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return;
        }

        await using var node = await NodeUnderTest.StartFreshAsync("--Rig:Node:ListenAddress=0.0.0.0", "--Rig:Node:PlainHttp=true");
        rig.Film(node);
        var page = await browser.OpenAsync(Screen.Phone, $"http://{address}:{node.Http.BaseAddress!.Port}");
        await page.GotoAsync("/");
        await page.Locator("#pair").ClickAsync();
        await Expect(page.Locator("#headline")).ToHaveTextAsync("Ready");
        await Expect(page.Locator("#unencrypted")).ToBeVisibleAsync();
        await page.AssertFitsAsync();
    }
}
