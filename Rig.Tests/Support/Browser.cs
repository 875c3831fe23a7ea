using Microsoft.Playwright;

namespace Rig.Tests.Support;

/// <summary>
/// A headless Chromium for tests of pages; a class fixture (<c>IClassFixture&lt;Browser&gt;</c>). The machine's own Chromium is
/// used (<c>RIG_CHROMIUM</c>, else <c>/usr/bin/chromium</c>); WebGL is drawn in software.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>How long a page may take before a test fails.</summary>
    public const float TimeoutMs = 30_000;

    /// <summary>Every name below it leads to this machine, as an attacker's own names may.</summary>
    public const string ReboundDomain = "rebound.example";

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async Task InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(TimeoutMs);
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RIG_CHROMIUM") is { Length: > 0 } configured ? configured : "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio", $"--host-resolver-rules=MAP *.{ReboundDomain} 127.0.0.1"],
        });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }

    /// <summary>A page with cookies and storage of its own; dispose of its <c>Context</c>, or leave it to the end of the class.</summary>
    public async Task<IPage> OpenAsync(Screen screen, string baseUrl)
    {
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = baseUrl,
            ViewportSize = new ViewportSize { Width = screen.Width, Height = screen.Height },
            HasTouch = screen.Touch,
            IsMobile = screen.Touch,
            DeviceScaleFactor = 1,
        });
        context.SetDefaultTimeout(TimeoutMs);
        return await context.NewPageAsync();
    }
}

/// <summary>The two sizes that every page is looked at in.</summary>
public sealed record Screen(string Name, int Width, int Height, bool Touch)
{
    public static readonly Screen Phone = new("phone", 390, 844, Touch: true);
    public static readonly Screen Desktop = new("desktop", 1440, 900, Touch: false);

    /// <summary>By name, for theories: xunit shows the name in the test's title.</summary>
    public static Screen Named(string name) => name == Phone.Name ? Phone : Desktop;

    public override string ToString() => Name;
}
