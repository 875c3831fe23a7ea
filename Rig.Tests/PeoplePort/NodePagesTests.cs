using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Rig.Hosting.Access;
using Rig.Tests.NodeAccess;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.PeoplePort;

/// <summary>What a camera's port for people gives to phones and programs in its network, over real sockets.</summary>
public sealed class NodePagesTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Who_types_the_address_without_https_is_sent_to_the_same_place_by_https()
    {
        if (await StartAsync() is not var (node, plain, secure))
        {
            return;
        }

        await using var running = node;
        using var phone = OwnNetwork.Browser(plain);
        foreach (var (method, path) in new[] { ("GET", "/"), ("GET", "/main.js"), ("HEAD", "/"), ("GET", "/preview/snapshot?x=%2F%20y"), ("GET", "//evil.example/"), ("GET", "/download/%2e%2e/a"), ("GET", "/metrics") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(plain.ToString().TrimEnd('/') + path));
            using var answer = await phone.SendAsync(request);
            Assert.Equal(HttpStatusCode.PermanentRedirect, answer.StatusCode);
            Assert.Equal((secure.Host, secure.Port, "https"), (answer.Headers.Location!.Host, answer.Headers.Location.Port, answer.Headers.Location.Scheme));
            Assert.Equal(request.RequestUri!.PathAndQuery, answer.Headers.Location.PathAndQuery);
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }

        using var there = OwnNetwork.Browser(secure);
        using var page = await there.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_plain_request_from_the_network_is_refused_whoever_it_claims_to_be_before_anything_of_it_is_looked_at()
    {
        if (await StartAsync() is not var (node, plain, _))
        {
            return;
        }

        await using var running = node;
        var pin = (await (await node.Http.GetAsync("/api/v1/pairing")).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("invitation").GetProperty("pin").GetString();
        var owner = node.CookieOf(Roles.Owner);
        foreach (var headers in new (string, string)[][] { [], [("Cookie", owner)], [("X-Rig-Machine", "server")], [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "https"), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1;proto=https")] })
        {
            using var caller = OwnNetwork.Browser(plain, headers);
            foreach (var route in NodeRouteTable.Rules.Select(rule => rule.Route.Split(' ')).Where(route => route[1].StartsWith("/api/v1", StringComparison.Ordinal) && route[1] != "/api/v1/trust/authority"))
            {
                using var request = new HttpRequestMessage(new HttpMethod(route[0]), route[1].Replace("{id}", "nothing", StringComparison.Ordinal));
                request.Content = route[0] == "POST" ? new StringContent($$"""{"pin":"{{pin}}"}""", Encoding.UTF8, "application/json") : null;
                using var answer = await caller.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route[0]} {route[1]} was answered {answer.StatusCode}");
                Assert.False(answer.Headers.Contains("Set-Cookie"));
                if (route[0] != "HEAD")
                {
                    Assert.Contains("Use https://", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
                }
            }
        }

        // The PIN that came along paired nobody, and the owner is still the only one.
        using var known = OwnNetwork.Browser(node.Http.BaseAddress!, ("Cookie", owner));
        Assert.Single((await known.GetFromJsonAsync<JsonElement>("/api/v1/access/devices")).GetProperty("devices").EnumerateArray());
        Assert.Empty(node.Asked);
    }

    [Fact]
    public async Task By_https_a_phone_pairs_gets_a_cookie_for_https_alone_and_sees_and_hears_the_camera()
    {
        if (await StartAsync() is not var (node, _, secure))
        {
            return;
        }

        await using var running = node;
        using var phone = OwnNetwork.Browser(secure);
        var fresh = await phone.GetFromJsonAsync<JsonElement>("/api/v1/pairing");
        var invitation = fresh.GetProperty("invitation");
        Assert.Equal(secure.ToString().TrimEnd('/'), invitation.GetProperty("page").GetString());
        using var paired = await phone.PostAsJsonAsync("/api/v1/pairing", new { pin = invitation.GetProperty("pin").GetString() });
        var cookie = Assert.Single(paired.Headers.GetValues("Set-Cookie"));
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);

        using var owner = OwnNetwork.Browser(secure, ("Cookie", cookie.Split(';')[0]), ("Origin", secure.ToString().TrimEnd('/')));
        var status = await owner.GetFromJsonAsync<JsonElement>("/api/v1/status");
        Assert.True(status.GetProperty("trust").GetProperty("https").GetBoolean());
        Assert.Empty(status.GetProperty("trust").GetProperty("insecure").EnumerateArray());
        using var events = await owner.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync());
        Assert.NotNull(await lines.ReadLineAsync());
        using var changed = await owner.PostAsJsonAsync("/api/v1/access/pin", new { });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task Under_a_false_name_there_is_no_answer_that_leads_anywhere()
    {
        if (await StartAsync() is not var (node, plain, secure))
        {
            return;
        }

        await using var running = node;
        foreach (var at in new[] { plain, secure })
        {
            foreach (var host in new[] { "evil.example", $"evil.example:{plain.Port}", $"{plain.Host}.evil.example", $"{plain.Host}@evil.example", "", "0x7f.1", "127.1" })
            {
                var answer = await RawHttp.AskAsync(at, $"GET / HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {plain.Host}\r\nConnection: close\r\n\r\n");
                Assert.True(answer.StartsWith("HTTP/1.1 421", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), $"{host}: {answer}");
                Assert.DoesNotContain("\nLocation:", answer, StringComparison.OrdinalIgnoreCase);
            }

            // The whole address in the request's first line counts as much as its Host.
            var absolute = await RawHttp.AskAsync(at, $"GET http://evil.example/ HTTP/1.1\r\nHost: {plain.Authority}\r\nConnection: close\r\n\r\n");
            Assert.DoesNotContain("\nLocation:", absolute, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("200 OK", absolute, StringComparison.Ordinal);
        }

        // Another port than the one that was asked is not led to either.
        var elsewhere = await RawHttp.AskAsync(plain, $"GET / HTTP/1.1\r\nHost: {plain.Host}:9\r\nConnection: close\r\n\r\n");
        Assert.Contains($"Location: {secure}", elsewhere, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_rigs_authority_can_be_loaded_before_a_phone_trusts_anything()
    {
        var rig = new TestTrust(folder);
        if (await StartAsync($"--Rig:Trust:Directory={rig.Of("CAM_L").Folder.Path}", $"--Rig:Trust:MachinePort={Rig.Rehearsal.Demo.FreePort.Next()}") is not var (node, plain, _))
        {
            return;
        }

        await using var running = node;
        using var phone = OwnNetwork.Browser(plain);
        Assert.Equal(rig.Of("CAM_L").Current!.Authority.RawData, await phone.GetByteArrayAsync("/api/v1/trust/authority"));
        foreach (var path in new[] { "/api/v1/trust/authority/", "/api/v1/trust/authority/x", "/API/v1/trust/revoked" })
        {
            using var answer = await phone.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{path}: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("--Rig:Node:PlainHttp=true", "Rig:Node:PlainHttp")]
    [InlineData("--Rig:Trust:AllowPlainMachines=true", "Rig:Trust:AllowPlainMachines")]
    public async Task Where_the_configuration_lets_plain_HTTP_in_it_is_served_and_said(string setting, string named)
    {
        if (await StartAsync(setting) is not var (node, plain, secure))
        {
            return;
        }

        await using var running = node;
        foreach (var at in new[] { plain, secure })
        {
            using var owner = OwnNetwork.Browser(at, ("Cookie", node.CookieOf(Roles.Owner)));
            var trust = (await owner.GetFromJsonAsync<JsonElement>("/api/v1/status")).GetProperty("trust");
            Assert.False(trust.GetProperty("https").GetBoolean());
            Assert.Contains(trust.GetProperty("insecure").EnumerateArray(), sentence => sentence.GetString()!.Contains($"plain HTTP to whoever asks so ({named})", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Old_and_new_settings_that_contradict_each_other_stop_the_start_by_name()
    {
        await using (await NodeUnderTest.StartAsync("--Rig:Node:Https=true"))
        {
        }

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => NodeUnderTest.StartAsync("--Rig:Node:Https=true", "--Rig:Node:PlainHttp=true"));
        Assert.Contains("Rig:Node:PlainHttp and Rig:Node:Https contradict", failure.Message, StringComparison.Ordinal);
    }

    /// <returns>The node, and its address in the network by http and by https; null, and said, on a machine without a network.</returns>
    private async Task<(NodeUnderTest Node, Uri Plain, Uri Secure)?> StartAsync(params string[] settings)
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return null;
        }

        var node = await NodeUnderTest.StartFreshAsync(["--Rig:Node:ListenAddress=0.0.0.0", .. settings]);
        var plain = new UriBuilder(Uri.UriSchemeHttp, address.ToString(), node.Http.BaseAddress!.Port).Uri;
        return (node, plain, new UriBuilder(plain) { Scheme = Uri.UriSchemeHttps }.Uri);
    }
}
