using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rig.Hosting.Access;
using Rig.Tests.Ingest;
using Rig.Tests.Ingest.Security;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.PeoplePort;

/// <summary>What the home server's port for people gives to browsers and programs in its network, over real sockets.</summary>
[Collection(PostgresTests.Name)]
public sealed class HomeServerPagesTests(PostgresFixture postgres, ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new("rig-home-pages");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Nothing_of_it_is_had_by_plain_HTTP_from_the_network_and_all_by_https()
    {
        if (await StartAsync("--Rig:Trust:AllowPlainMachines=false") is not var (server, plain, secure))
        {
            return;
        }

        await using var running = server;
        var cookie = await IngestPeople.CookieAsync(server.Services);
        using var listening = OwnNetwork.Browser(plain, ("Cookie", cookie), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "127.0.0.1"));
        using var page = await listening.GetAsync("/?next=1");
        Assert.Equal(HttpStatusCode.PermanentRedirect, page.StatusCode);
        Assert.Equal(new Uri(secure, "/?next=1"), page.Headers.Location);
        foreach (var rule in RouteTable.Rules.Select(rule => rule.Route.Split(' ')).Where(route => route[1].StartsWith("/api/", StringComparison.Ordinal) && route[1] != "/api/v1/trust/authority"))
        {
            using var request = new HttpRequestMessage(new HttpMethod(rule[0]), rule[1].Replace("{id}", "x", StringComparison.Ordinal).Replace("{name}", "panorama.mp4", StringComparison.Ordinal));
            request.Content = rule[0] == "POST" ? JsonContent.Create(new { name = IngestPeople.Owner, password = IngestPeople.Password }) : null;
            using var answer = await listening.SendAsync(request);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{rule[0]} {rule[1]} was answered {answer.StatusCode}");
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.Contains("Use https://", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var browser = OwnNetwork.Browser(secure, ("Cookie", cookie));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        var health = await browser.GetFromJsonAsync<JsonElement>("/api/v1/health");
        Assert.Empty(health.GetProperty("insecure").EnumerateArray());

        // No pin for a year: the certificate may be another one tomorrow.
        using var again = await browser.GetAsync("/api/v1/me");
        Assert.False(again.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Under_a_false_name_there_is_no_answer_that_leads_anywhere()
    {
        if (await StartAsync("--Rig:Trust:AllowPlainMachines=false") is not var (server, plain, secure))
        {
            return;
        }

        await using var running = server;
        foreach (var at in new[] { plain, secure })
        {
            foreach (var host in new[] { "evil.example", $"{plain.Host}.evil.example", "127.1" })
            {
                var answer = await RawHttp.AskAsync(at, $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 421", answer, StringComparison.Ordinal);
                Assert.DoesNotContain("\nLocation:", answer, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Theory]
    [InlineData("--Rig:Security:PlainHttp=true", "Rig:Security:PlainHttp")]
    [InlineData("--Rig:Trust:AllowPlainMachines=true", "Rig:Trust:AllowPlainMachines")]
    public async Task Where_the_configuration_lets_plain_HTTP_in_it_is_served_and_said(string setting, string named)
    {
        if (await StartAsync("--Rig:Trust:AllowPlainMachines=false", setting) is not var (server, plain, _))
        {
            return;
        }

        await using var running = server;
        using var browser = OwnNetwork.Browser(plain, ("Cookie", await IngestPeople.CookieAsync(server.Services)));
        var insecure = (await browser.GetFromJsonAsync<JsonElement>("/api/v1/health")).GetProperty("insecure").EnumerateArray();
        Assert.Contains(insecure, sentence => sentence.GetString()!.Contains($"plain HTTP to whoever asks so: whoever shares the network can read passwords and watch along ({named})", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_operators_own_certificate_plain_HTTP_is_served_to_nobody_not_even_for_older_machines()
    {
        using var authority = TestCertificates.Authority("Rig home");
        TestCertificates.WritePem(folder, "server", TestCertificates.Issue(authority, "rig-ingest", "1.3.6.1.5.5.7.3.1"));
        await using var server = await IngestServer.StartAsync(
            folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register,
            "--Rig:Security:CertificatePath=" + folder.File("server.crt"), "--Rig:Security:CertificateKeyPath=" + folder.File("server.key"));
        using var local = OwnNetwork.Browser(new UriBuilder(server.Address) { Scheme = Uri.UriSchemeHttp }.Uri);
        Assert.Equal(HttpStatusCode.PermanentRedirect, (await local.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await local.PostAsync("/api/v1/upload", SampleTake.Form(SampleTake.Mp4()))).StatusCode);
        Assert.Empty(server.Files("sessions"));
        using var browser = OwnNetwork.Browser(server.Address);
        using var page = await browser.GetAsync("/");
        Assert.True(page.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_camera_with_a_key_and_the_fingerprint_of_the_servers_own_certificate_uploads_by_https()
    {
        var (key, sha256) = ApiKeys.New();
        if (await StartAsync("--Rig:Trust:AllowPlainMachines=false", "--Rig:Security:ApiKeySha256:0=" + sha256) is not var (server, plain, secure))
        {
            return;
        }

        await using var running = server;
        using var camera = OwnNetwork.Browser(secure, (ApiKeys.Header, key));
        Assert.Equal(HttpStatusCode.OK, (await camera.PostAsync("/api/v1/upload", SampleTake.Form(SampleTake.Mp4()))).StatusCode);
        using var listening = OwnNetwork.Browser(plain, (ApiKeys.Header, key));
        Assert.Equal(HttpStatusCode.Forbidden, (await listening.PostAsync("/api/v1/upload", SampleTake.Form(SampleTake.Mp4(seed: 2)))).StatusCode);
    }

    private async Task<(IngestServer Server, Uri Plain, Uri Secure)?> StartAsync(params string[] settings)
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return null;
        }

        var server = await IngestServer.StartAsync(folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register, ["--Rig:Server:Host=0.0.0.0", .. settings]);
        var plain = new UriBuilder(Uri.UriSchemeHttp, address.ToString(), server.Address.Port).Uri;
        return (server, plain, new UriBuilder(plain) { Scheme = Uri.UriSchemeHttps }.Uri);
    }
}
