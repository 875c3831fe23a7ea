using System.Net;
using Rig.Tests.Support;
using Rig.Tests.Viewer;
using Rig.Viewer.Hosting;
using Xunit.Abstractions;

namespace Rig.Tests.PeoplePort;

/// <summary>The viewer has no TLS of its own: a proxy on its machine does. What comes past the proxy, from the network, is refused.</summary>
[Collection(PostgresTests.Name)]
public sealed class ViewerPagesTests(PostgresFixture postgres, ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new("rig-viewer-pages");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("https://games.example.org/start")]
    public async Task Past_the_proxy_nobody_signs_in_or_sees_anything_and_pages_lead_to_the_public_address_alone(string? publicUrl)
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return;
        }

        await using var app = await StartAsync(("Rig:Viewer:PublicUrl", publicUrl));
        using var listening = OwnNetwork.Browser(
            new UriBuilder(Uri.UriSchemeHttp, address.ToString(), new Uri(app.Urls.Single()).Port).Uri, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "127.0.0.1"), ("Authorization", $"Bearer {ViewerServer.PublishKey}"));
        foreach (var path in new[] { "/login?returnUrl=%2F", "/", "/games/1" })
        {
            using var page = await listening.GetAsync(path);
            Assert.Equal(publicUrl is null ? HttpStatusCode.Forbidden : HttpStatusCode.PermanentRedirect, page.StatusCode);
            Assert.Equal(publicUrl is null ? null : $"https://games.example.org{path}", page.Headers.Location?.OriginalString);
            Assert.False(page.Headers.Contains("Set-Cookie"));
        }

        foreach (var route in RouteTable.Rules.Select(rule => rule.Route.Split(' ')).Where(route => route[0] == "POST" || route[1].StartsWith("/api/", StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(new HttpMethod(route[0]), System.Text.RegularExpressions.Regex.Replace(route[1], @"\{[^}]*\}", "1"));
            using var answer = await listening.SendAsync(request);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route[0]} {route[1]} was answered {answer.StatusCode}");
        }

        // The proxy comes from this machine.
        using var proxy = OwnNetwork.Browser(new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", new Uri(app.Urls.Single()).Port).Uri, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.OK, (await proxy.GetAsync("/login")).StatusCode);
    }

    [Fact]
    public async Task Where_the_configuration_lets_plain_HTTP_in_it_is_served()
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return;
        }

        await using var app = await StartAsync(("Rig:Viewer:PlainHttp", "true"));
        using var home = OwnNetwork.Browser(new UriBuilder(Uri.UriSchemeHttp, address.ToString(), new Uri(app.Urls.Single()).Port).Uri);
        Assert.Equal(HttpStatusCode.OK, (await home.GetAsync("/login")).StatusCode);
    }

    private async Task<Microsoft.AspNetCore.Builder.WebApplication> StartAsync(params (string Key, string? Value)[] more)
    {
        var settings = ViewerServer.Settings(await postgres.NewDatabaseAsync(), folder.Path);
        settings["Rig:Viewer:ListenUrl"] = "http://0.0.0.0:0";
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        var app = ViewerHost.Build(ViewerServer.ProgramFolder, settings);
        await app.StartAsync();
        return app;
    }
}
