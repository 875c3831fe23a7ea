using System.Formats.Tar;
using Microsoft.Playwright;
using Rig.Domain.Messages;
using Rig.Tests.Support;
using Rig.Tests.Updates;
using static Microsoft.Playwright.Assertions;

namespace Rig.Tests.FieldUi;

/// <summary>The page's part about the camera's software, in Chromium over the real program and a real helper.</summary>
public sealed class UpdatePanelTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task A_phone_installs_a_release_and_goes_one_step_back()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "new program", TarEntryType.RegularFile)));
        await using var box = await UpdatableNode.StartAsync(source, installed: "0.1.0");
        var page = await OpenAsync(box);
        await page.Locator("#update-look").ClickAsync();
        await Expect(page.Locator("#update-said")).ToContainTextAsync("Version 9.1.0 is there and its signature holds");
        await page.AssertFitsAsync();
        await page.Locator("#update-apply").ClickAsync();
        await Expect(page.Locator("#update-said")).ToContainTextAsync("Version 9.1.0 starts now");
        await Expect(page.Locator("#update-history li")).ToHaveCountAsync(1);
        await Eventually.HoldsAsync(() => new FileInfo(box.Folder.File("good")).LinkTarget == "releases/9.1.0");

        await page.Locator("#update-back").ClickAsync();
        await Expect(page.Locator("#update-said")).ToContainTextAsync("Press again");
        Assert.Equal("releases/9.1.0", new FileInfo(box.Folder.File("current")).LinkTarget);
        await page.Locator("#update-back").ClickAsync();
        await Expect(page.Locator("#update-said")).ToContainTextAsync("Version 0.1.0 starts now");
        await Expect(page.Locator("#update-history li").First).ToContainTextAsync("back from");
    }

    [Fact]
    public async Task A_strangers_release_is_named_and_cannot_be_installed_and_while_recording_there_is_no_such_part()
    {
        await using var source = await ReleaseServer.StartAsync("v9.1.0", TarGz.Of(("rig-node", "x", TarEntryType.RegularFile)));
        using var own = new ReleaseSigner();
        await using var box = await UpdatableNode.StartAsync(source, installed: "0.1.0", keys: own.Keys);
        var page = await OpenAsync(box);
        await page.Locator("#update-look").ClickAsync();
        await Expect(page.Locator("#update-said")).ToContainTextAsync("not trusted");
        await Expect(page.Locator("#update-apply")).ToBeHiddenAsync();

        box.Node.Board.Node = box.Node.Report(NodePhase.Recording);
        await Expect(page.Locator("#update")).ToBeHiddenAsync();
    }

    private async Task<IPage> OpenAsync(UpdatableNode box)
    {
        var page = await browser.OpenAsync(Screen.Phone, box.Node.Http.BaseAddress!.ToString());
        await box.Node.OwnAsync(page);
        await page.GotoAsync("/");
        await page.Locator("#update summary").ClickAsync();
        return page;
    }
}
