using System.Net;
using Rig.Tests.Support;
using Rig.Viewer.Hosting;

namespace Rig.Tests.Viewer;

[Collection(PostgresTests.Name)]
public sealed class LoginTests(ViewerServer server, PostgresFixture postgres) : IClassFixture<ViewerServer>
{
    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("\t//evil.example")]
    public async Task Signing_in_never_leads_to_another_site(string returnUrl)
    {
        using var person = server.Anonymous();
        using var answer = await ViewerServer.PostLoginAsync(person, ViewerServer.Coach, ViewerServer.Password, "/login?returnUrl=" + Uri.EscapeDataString(returnUrl));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Signing_in_leads_back_to_the_page_that_was_asked_for()
    {
        using var person = server.Anonymous();
        using var answer = await ViewerServer.PostLoginAsync(person, ViewerServer.Coach, ViewerServer.Password, "/login?returnUrl=%2Fgames%2F7");
        Assert.Equal("/games/7", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        using var person = server.Anonymous();
        using var wrong = await ViewerServer.PostLoginAsync(person, ViewerServer.Follower, "wrong password!");
        using var unknown = await ViewerServer.PostLoginAsync(person, "nobody@example.org", "wrong password!");
        Assert.Equal(HttpStatusCode.OK, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, unknown.StatusCode);
        Assert.Equal(Problem(await wrong.Content.ReadAsStringAsync()), Problem(await unknown.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var person = server.Anonymous();
        using var form = new FormUrlEncodedContent([new("Input.Email", ViewerServer.Coach), new("Input.Password", ViewerServer.Password)]);
        using var answer = await person.PostAsync("/login", form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);

        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var nothing = new FormUrlEncodedContent([]);
        using var logout = await coach.PostAsync("/logout", nothing);
        Assert.Equal(HttpStatusCode.BadRequest, logout.StatusCode);
        using var still = await coach.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task The_session_cookie_is_kept_from_scripts_and_from_other_sites()
    {
        using var person = server.Anonymous();
        using var answer = await ViewerServer.PostLoginAsync(person, ViewerServer.Coach, ViewerServer.Password);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(text => text.StartsWith("rig_viewer=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Behind_https_the_cookie_is_secure_and_the_browser_is_told_to_stay_there()
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:PublicUrl"] = "https://games.example.org";
        await using var app = ViewerHost.Build(ViewerServer.ProgramFolder, settings);
        await app.StartAsync();
        using var proxy = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        proxy.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var answer = await proxy.GetAsync("/login");
        Assert.NotEmpty(answer.Headers.GetValues("Strict-Transport-Security"));
        Assert.All(answer.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Configured_names_are_answered_and_a_redirect_goes_to_the_name_that_was_asked()
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:PublicUrl"] = "https://games.example.org";
        settings["Rig:Viewer:Hosts:0"] = "viewer.lan";
        await using var app = ViewerHost.Build(ViewerServer.ProgramFolder, settings);
        await app.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        foreach (var (host, status) in new[] { ("games.example.org", 302), ("viewer.lan:8090", 302), ("evil.example", 421), ("other.lan", 421) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = host } };
            using var answer = await client.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(status == 302 ? $"http://{host}/login?returnUrl=%2F" : null, answer.Headers.Location?.OriginalString);
        }

        // The cookie is for https alone, also where a proxy forgets to say that it speaks it.
        using var login = new HttpRequestMessage(HttpMethod.Get, "/login") { Headers = { Host = "games.example.org" } };
        using var page = await client.SendAsync(login);
        Assert.All(page.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("javascript", 400)]
    [InlineData("data", 400)]
    [InlineData("https", 302)]
    public async Task A_proxy_that_hands_on_any_scheme_makes_no_answer_lead_to_it(string scheme, int status)
    {
        using var person = server.Anonymous();
        person.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        using var answer = await person.GetAsync("/");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 302 ? scheme : null, answer.Headers.Location?.Scheme);
    }

    [Fact]
    public async Task The_addresses_of_one_ipv6_network_share_their_attempts()
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:LoginAttemptsPerMinute"] = "2";
        await using var app = ViewerHost.Build(ViewerServer.ProgramFolder, settings);
        await app.StartAsync();
        List<HttpStatusCode> answers = [];
        foreach (var address in new[] { "2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3", "2001:db8:1:3::1" })
        {
            using var person = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            person.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            using var answer = await ViewerServer.PostLoginAsync(person, $"nobody{answers.Count}@example.org", "wrong password!");
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK], answers);
    }

    [Fact]
    public async Task Too_many_attempts_from_one_address_are_put_off()
    {
        using var folder = new TempFolder();
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:LoginAttemptsPerMinute"] = "2";
        await using var app = ViewerHost.Build(ViewerServer.ProgramFolder, settings);
        await app.StartAsync();
        using var person = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        HttpStatusCode last = 0;
        for (var i = 0; i < 3; i++)
        {
            using var answer = await ViewerServer.PostLoginAsync(person, $"nobody{i}@example.org", "wrong password!");
            last = answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Fact]
    public async Task Pages_run_nothing_but_their_own_scripts()
    {
        using var coach = await server.SignInAsync(ViewerServer.Coach);
        using var answer = await coach.GetAsync("/");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Health_and_figures_are_there_without_a_session()
    {
        using var anyone = server.Anonymous();
        Assert.Contains("ok", await anyone.GetStringAsync("/health"), StringComparison.Ordinal);
        using var wrong = await ViewerServer.PostLoginAsync(anyone, "nobody@example.org", "wrong password!");
        Assert.Contains("rig_viewer_sign_ins_total{result=\"refused\"}", await anyone.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    private static string Problem(string page) => page.Split("role=\"alert\">")[1].Split('<')[0];
}
