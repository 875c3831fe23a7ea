using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rig.Tests.Support;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer;

/// <summary>A session ends where it is kept, whoever holds a copy of its cookie.</summary>
[Collection(PostgresTests.Name)]
public sealed class SessionTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    [Fact]
    public async Task Signing_out_ends_the_session_for_a_copy_of_its_cookie_too()
    {
        using var coach = server.WithCookies(out var cookies);
        await ViewerServer.SignInAsync(coach, ViewerServer.Coach);
        using var thief = Thief(cookies);
        using var other = await server.SignInAsync(ViewerServer.Coach);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(thief));

        using var answer = await PostAsync(coach, "/logout");
        Assert.Equal("/login", answer.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(coach));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(thief));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other));
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_every_session_of_the_person_and_of_nobody_else()
    {
        using var one = await server.SignInAsync(ViewerServer.Follower);
        using var two = await server.SignInAsync(ViewerServer.Follower);
        using var someone = await server.SignInAsync(ViewerServer.OtherCoach);
        using var answer = await PostAsync(one, "/logout?handler=Everywhere");
        Assert.Equal("/login", answer.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(one));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(two));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(someone));
    }

    [Fact]
    public async Task Signing_in_again_in_the_same_browser_ends_the_session_before()
    {
        using var browser = server.WithCookies(out var cookies);
        await ViewerServer.SignInAsync(browser, ViewerServer.Coach);
        using var planted = Thief(cookies);
        var token = await ViewerServer.FormTokenAsync(browser, "/");
        using var form = new FormUrlEncodedContent([new("Input.Email", ViewerServer.Admin), new("Input.Password", ViewerServer.Password), new("__RequestVerificationToken", token)]);
        using var answer = await browser.PostAsync("/login", form);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains(ViewerServer.Admin, await browser.GetStringAsync("/api/v1/me"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(planted));
    }

    [Fact]
    public async Task A_cookie_that_was_renewed_still_belongs_to_its_session()
    {
        // Identity looks at the security stamp now and then and renews the cookie; here at every request.
        var stamp = server.Services.GetRequiredService<IOptions<SecurityStampValidatorOptions>>().Value;
        var interval = stamp.ValidationInterval;
        stamp.ValidationInterval = TimeSpan.Zero;
        try
        {
            using var coach = server.WithCookies(out var cookies);
            await ViewerServer.SignInAsync(coach, ViewerServer.Coach);
            var first = cookies.GetCookies(server.Address)["rig_viewer"]!.Value;
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(coach));
            Assert.NotEqual(first, cookies.GetCookies(server.Address)["rig_viewer"]!.Value);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(coach));
            using var thief = Thief(cookies);
            using var answer = await PostAsync(coach, "/logout");
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(thief));
        }
        finally
        {
            stamp.ValidationInterval = interval;
        }
    }

    [Fact]
    public async Task The_account_page_lists_the_persons_devices_as_text()
    {
        using var phone = server.Anonymous();
        phone.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1");
        await ViewerServer.SignInAsync(phone, ViewerServer.ChildsParent);
        using var desk = server.Anonymous();
        desk.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "<b>x</b>");
        await ViewerServer.SignInAsync(desk, ViewerServer.ChildsParent);
        var page = await desk.GetStringAsync("/account");
        Assert.Contains("Safari on iPhone", page, StringComparison.Ordinal);
        Assert.Contains("Another program", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>x", page, StringComparison.Ordinal);
        Assert.Single(page.Split("This device"), part => part.Contains("Paula", StringComparison.Ordinal));
    }

    [Fact]
    public Task Sessions_end_by_themselves_and_are_bounded_for_each_person() => server.InScopeAsync(async services =>
    {
        var db = services.GetRequiredService<ViewerDb>();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var sessions = new SessionRegistry(db, clock);
        var userId = await db.Users.Where(user => user.Email == ViewerServer.Newcomer).Select(user => user.Id).SingleAsync();
        var first = await sessions.StartAsync(userId, new string('x', 5000), CancellationToken.None);
        Assert.True(await sessions.IsOpenAsync(first, userId, CancellationToken.None));
        Assert.False(await sessions.IsOpenAsync(first, userId + 1, CancellationToken.None));

        // Use keeps it open.
        clock.Advance(SessionRegistry.Length - TimeSpan.FromHours(1));
        Assert.True(await sessions.IsOpenAsync(first, userId, CancellationToken.None));
        clock.Advance(TimeSpan.FromHours(2));
        Assert.True(await sessions.IsOpenAsync(first, userId, CancellationToken.None));

        for (var i = 0; i < SessionRegistry.MaxPerPerson; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await sessions.StartAsync(userId, "", CancellationToken.None);
        }

        Assert.Equal(SessionRegistry.MaxPerPerson, (await sessions.ListAsync(userId, CancellationToken.None)).Count);
        Assert.False(await sessions.IsOpenAsync(first, userId, CancellationToken.None));
        var last = await sessions.StartAsync(userId, "", CancellationToken.None);
        clock.Advance(SessionRegistry.Length + TimeSpan.FromMinutes(1));
        Assert.False(await sessions.IsOpenAsync(last, userId, CancellationToken.None));
        Assert.Empty(await sessions.ListAsync(userId, CancellationToken.None));
    });

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Mac")]
    [InlineData("", "Another program")]
    public void A_device_has_the_name_that_a_person_gives_it(string userAgent, string name) => Assert.Equal(name, DeviceName.Of(userAgent));

    private HttpClient Thief(CookieContainer cookies)
    {
        var thief = server.WithCookies(out var stolen);
        stolen.Add(server.Address, new Cookie("rig_viewer", cookies.GetCookies(server.Address)["rig_viewer"]!.Value));
        return thief;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path)
    {
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", await ViewerServer.FormTokenAsync(client, "/account"))]);
        return await client.PostAsync(path, form);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/me");
        return answer.StatusCode;
    }
}
