using System.Security.Cryptography.X509Certificates;
using Rig.Hosting.Access;
using Rig.Tests.Ingest.Upload;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Security;

[Collection(PostgresTests.Name)]
public sealed class SecurityTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-security");
    private string database = "";

    public async Task InitializeAsync() => database = await postgres.NewDatabaseAsync();

    public Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }

    private Task<IngestServer> StartAsync(params string[] settings) => IngestServer.StartAsync(folder, database, ScriptedStages.Register, settings);

    [Fact]
    public async Task With_a_key_configured_only_its_holder_may_upload()
    {
        var (key, sha256) = ApiKeys.New();
        await using var server = await StartAsync("--Rig:Security:ApiKeySha256:0=" + new string('0', 64), "--Rig:Security:ApiKeySha256:1=" + sha256);
        var file = SampleTake.Mp4();

        foreach (var wrong in new[] { null, "", "wrong", sha256, key + "x", key[..^1], new string('k', 5000) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/upload") { Content = SampleTake.Form(file) };
            if (wrong is not null)
            {
                request.Headers.TryAddWithoutValidation("X-Api-Key", wrong);
            }

            using var refused = await server.Http.SendAsync(request);
            Assert.Equal(401, (int)refused.StatusCode);
        }

        foreach (var path in new[] { "/api/upload/init", "/api/v1/upload/confirm", "/api/v1/upload/finalize", "/api/session/X/manifest", "/API/V1/UPLOAD" })
        {
            using var refused = await server.Http.PostAsync(path, new ByteArrayContent("{}"u8.ToArray()));
            Assert.Equal(401, (int)refused.StatusCode);
        }

        Assert.Empty(server.Files("sessions"));
        Assert.Equal(200, (await server.GetAsync("/api/v1/health")).Status);
        server.Http.DefaultRequestHeaders.Add("X-Api-Key", key);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
        server.Http.DefaultRequestHeaders.Clear();
        server.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
    }

    [Fact]
    public async Task An_address_outside_the_allowed_networks_is_refused_everything()
    {
        await using (var server = await StartAsync("--Rig:Security:AllowedNetworks:0=192.168.1.0/24", "--Rig:Security:AllowedNetworks:1=10.0.0.0/8"))
        {
            Assert.Equal(403, (await server.GetAsync("/api/v1/health")).Status);
            Assert.Equal(403, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4()))).Status);
        }

        await using var home = await StartAsync("--Rig:Security:AllowedNetworks:0=127.0.0.0/8");
        Assert.Equal(200, (await home.GetAsync("/api/v1/health")).Status);
    }

    [Fact]
    public async Task Too_many_requests_of_one_address_are_told_to_come_back()
    {
        await using var server = await StartAsync("--Rig:Security:MaxRequestsPerSecond=1");
        var replies = new List<int>();
        for (var n = 0; n < 12; n++)
        {
            using var response = await server.Http.GetAsync("/health");
            replies.Add((int)response.StatusCode);
            Assert.True(replies[^1] == 200 || response.Headers.RetryAfter is not null);
        }

        Assert.Equal(200, replies[0]);
        Assert.Contains(503, replies);
    }

    [Fact]
    public async Task More_uploads_at_once_than_allowed_are_told_to_come_back()
    {
        await using var server = await StartAsync("--Rig:Server:MaxConcurrentUploads=1");
        var file = SampleTake.Mp4();
        using var running = await RawConnection.OpenAsync(server.Http.BaseAddress!);
        await running.SendAsync($"POST {UploadClient.Path(file, "GAME_1")} HTTP/1.1\r\nHost: rig\r\nContent-Type: video/mp4\r\nContent-Length: {file.Length}\r\n\r\n");
        await Eventually.HoldsAsync(async () => (int)(await server.GetAsync("/api/v1/health")).Body["active_uploads"]! == 1);

        Assert.Equal(503, (await server.UploadAsync(SampleTake.Form(file))).Status);
        await running.SendAsync(file);
        Assert.Equal(200, (await running.ReadAsync()).Status);
        Assert.Equal(200, (await server.UploadAsync(SampleTake.Form(file))).Status);
    }

    [Fact]
    public async Task With_a_certificate_every_port_is_https_and_uploads_resume_over_it()
    {
        using var authority = TestCertificates.Authority("Rig home");
        TestCertificates.WritePem(folder, "server", TestCertificates.Issue(authority, "rig-ingest", "1.3.6.1.5.5.7.3.1"));
        await using var server = await StartAsync("--Rig:Security:CertificatePath=" + folder.File("server.crt"), "--Rig:Security:CertificateKeyPath=" + folder.File("server.key"));
        Assert.Equal("https", server.Http.BaseAddress!.Scheme);
        using var trusting = Client(server, authority);
        var file = SampleTake.Mp4(payloadBytes: 400_000);
        using var reply = await trusting.PostAsync("/api/v1/upload", SampleTake.Form(file));
        Assert.Equal(200, (int)reply.StatusCode);
        var location = await UploadClient.CreateAsync(trusting, file, "GAME_2");
        Assert.Equal(200, (await UploadClient.FinishAsync(trusting, location, file, 0)).Status);

        using var other = TestCertificates.Authority("Somebody else");
        using var distrusting = Client(server, other);
        await Assert.ThrowsAsync<HttpRequestException>(() => distrusting.GetAsync("/api/v1/health"));
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new UriBuilder(server.Http.BaseAddress!) { Scheme = "http" }.Uri));
    }

    [Fact]
    public async Task With_an_authority_for_clients_only_its_certificates_get_in()
    {
        using var authority = TestCertificates.Authority("Rig home");
        using var other = TestCertificates.Authority("Somebody else");
        TestCertificates.WritePem(folder, "server", TestCertificates.Issue(authority, "rig-ingest", "1.3.6.1.5.5.7.3.1"));
        await File.WriteAllTextAsync(folder.File("ca.crt"), authority.ExportCertificatePem());
        await using var server = await StartAsync(
            "--Rig:Security:CertificatePath=" + folder.File("server.crt"), "--Rig:Security:CertificateKeyPath=" + folder.File("server.key"), "--Rig:Security:ClientCaPath=" + folder.File("ca.crt"));

        using var camera = Client(server, authority, TestCertificates.Issue(authority, "CAM_C", "1.3.6.1.5.5.7.3.2"));
        using var reply = await camera.PostAsync("/api/v1/upload", SampleTake.Form(SampleTake.Mp4()));
        Assert.Equal(200, (int)reply.StatusCode);

        foreach (var certificate in new[] { null, TestCertificates.Issue(other, "CAM_C", "1.3.6.1.5.5.7.3.2"), TestCertificates.Issue(authority, "CAM_C", "1.3.6.1.5.5.7.3.1") })
        {
            using var stranger = Client(server, authority, certificate);
            await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("/api/v1/health"));
        }
    }

    [Fact]
    public async Task A_certificate_with_the_servers_name_and_number_but_of_another_key_does_not_get_in()
    {
        using var authority = TestCertificates.Authority("Rig home");
        using var impostor = TestCertificates.Authority("Rig home");
        using var own = TestCertificates.Issue(authority, "rig-ingest", "1.3.6.1.5.5.7.3.1");
        TestCertificates.WritePem(folder, "server", own);
        await File.WriteAllTextAsync(folder.File("ca.crt"), authority.ExportCertificatePem());
        await using var server = await StartAsync(
            "--Rig:Security:CertificatePath=" + folder.File("server.crt"), "--Rig:Security:CertificateKeyPath=" + folder.File("server.key"), "--Rig:Security:ClientCaPath=" + folder.File("ca.crt"));

        using var forged = TestCertificates.Issue(impostor, "rig-ingest", "1.3.6.1.5.5.7.3.1", own.SerialNumberBytes.ToArray());
        Assert.True(forged.Equals(own));
        using var stranger = Client(server, authority, forged);
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("/api/v1/health"));

        // The server's own certificate is none of a camera's.
        using var itself = Client(server, authority, own);
        await Assert.ThrowsAsync<HttpRequestException>(() => itself.GetAsync("/api/v1/health"));
    }

    [Theory]
    [InlineData(false, false, 401)]
    [InlineData(true, false, 200)]
    [InlineData(true, true, 401)]
    public async Task Without_key_or_certificate_nothing_is_brought_unless_the_configuration_says_so(bool allowPlain, bool hasKey, int expected)
    {
        await using var server = await StartAsync(
            [$"--Rig:Trust:AllowPlainMachines={allowPlain}", .. hasKey ? ["--Rig:Security:ApiKeySha256:0=" + new string('0', 64)] : Array.Empty<string>()]);
        Assert.Equal(expected, (await server.UploadAsync(SampleTake.Form(SampleTake.Mp4()))).Status);
        Assert.Equal(expected == 200, server.Files("sessions").Count > 0);

        // What is left open is said to people.
        var insecure = (await server.GetAsync("/api/v1/health")).Body["insecure"]!.AsArray();
        Assert.Equal(allowPlain, insecure.Any(sentence => ((string)sentence!).Contains("AllowPlainMachines", StringComparison.Ordinal)));
        using var nobody = server.Anonymous();
        Assert.Equal("{\"status\":\"healthy\"}", await nobody.GetStringAsync("/api/v1/health"));
        Assert.Equal("{\"status\":\"ok\"}", await nobody.GetStringAsync("/health"));
    }

    [Theory]
    [InlineData("AllowedNetworks:0=192.168.1.300/24", "AllowedNetworks")]
    [InlineData("ApiKeySha256:0=the-key-itself", "ApiKeySha256")]
    [InlineData("CertificatePath=/nowhere/server.crt", "CertificatePath")]
    [InlineData("ClientCaPath=/dev/null", "CertificatePath")]
    [InlineData("AllowedNetwork:0=10.0.0.0/8", "AllowedNetwork")]
    [InlineData("Hosts:0=http://matches.example", "Hosts")]
    [InlineData("SignInsPerMinute=0", "SignInsPerMinute")]
    public async Task A_mistake_in_the_configuration_stops_the_start_by_name(string setting, string named)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync("--Rig:Security:" + setting));

        Assert.Contains(named, failure.ToString(), StringComparison.Ordinal);
    }

    private static HttpClient Client(IngestServer server, X509Certificate2 authority, X509Certificate2? own = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        if (own is not null)
        {
            handler.SslOptions.ClientCertificates = [own];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        return new HttpClient(handler) { BaseAddress = server.Http.BaseAddress };
    }
}
