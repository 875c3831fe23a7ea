using Microsoft.Playwright;

namespace Rig.Tests.Support;

internal static class PageLooks
{
    public static async Task AssertFitsAsync(this IPage page) =>
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"{page.Url} scrolls sideways");

    /// <summary>A picture of the whole page for people to look at, only where <c>RIG_TEST_SCREENSHOTS</c> names a folder.</summary>
    /// <param name="name">Of the file, without extension.</param>
    public static async Task ShootAsync(this IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("RIG_TEST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }
}
