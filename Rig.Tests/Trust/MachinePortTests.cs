using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;
using Rig.Rehearsal.Demo;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

/// <summary>Whole nodes, and callers with all kinds of certificates, over real sockets.</summary>
public sealed class MachinePortTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly TestTrust rig;

    public MachinePortTests() => rig = new TestTrust(folder);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Only_a_machine_of_the_rig_is_answered_on_the_machine_port()
    {
        await using var node = await StartAsync("CAM_L", out var port);
        using var right = Client(rig.Of("CAM_R"));
        Assert.Equal(HttpStatusCode.OK, (await right.GetAsync(Url(port, "/api/v1/status"))).StatusCode);

        using var elsewhere = new TempFolder();
        using var foreign = Client(new TestTrust(elsewhere).Of("CAM_R"), sure: false);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => foreign.GetAsync(Url(port, "/api/v1/status")));
        using var bare = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => bare.GetAsync(Url(port, "/api/v1/status")));
    }

    [Fact]
    public async Task A_revoked_machine_is_refused_as_soon_as_the_list_is_there()
    {
        await using var node = await StartAsync("CAM_L", out var port);
        using var right = Client(rig.Of("CAM_R"));
        Assert.Equal(HttpStatusCode.OK, (await right.GetAsync(Url(port, "/api/v1/status"))).StatusCode);
        rig.Issuing.Revoke("CAM_R");
        rig.Tell(rig.Of("CAM_L"));
        using var again = Client(rig.Of("CAM_R"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => again.GetAsync(Url(port, "/api/v1/status")));
    }

    [Fact]
    public async Task A_machine_brings_the_list_to_another()
    {
        await using var node = await StartAsync("CAM_L", out var port);
        rig.Of("CAM_R");
        rig.Issuing.Revoke("CAM_R");
        using var home = Client(rig.Of("home"));
        using var list = new ByteArrayContent(await File.ReadAllBytesAsync(rig.Authority.RevokedFile));
        Assert.Equal(HttpStatusCode.NoContent, (await home.PostAsync(Url(port, "/api/v1/trust/revoked"), list)).StatusCode);
        Assert.Null(rig.Of("CAM_L").Identify(rig.Of("CAM_R").Current!.Machine, out _));
    }

    [Theory]
    [InlineData(-1000)]
    [InlineData(1000)]
    public async Task A_certificate_that_ran_out_or_is_not_yet_in_force_is_refused(int days)
    {
        using var other = new TempFolder();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(Math.Min(days, 0)));
        var rig = new TestTrust(other, time);
        if (days > 0)
        {
            rig.Of("CAM_L");
            time.Advance(TimeSpan.FromDays(days));
            rig.Of("CAM_R");
        }
        else
        {
            rig.Of("CAM_R");
            time.Advance(TimeSpan.FromDays(-days));
            rig.Of("CAM_L");
        }

        await using var node = await StartAsync(rig, "CAM_L", out var port);
        using var right = Client(rig.Of("CAM_R"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => right.GetAsync(Url(port, "/api/v1/status")));
    }

    [Fact]
    public async Task A_camera_asks_others_by_certificate_and_believes_only_the_one_it_means()
    {
        await using var right = await StartAsync("CAM_R", out var port);
        await using var left = await StartAsync("CAM_L", out _);
        right.Board.Node = right.Report(camera: "CAM_R") with { MachineUrl = $"https://127.0.0.1:{port}" };
        left.ShowRig(null, right.Board.Node);
        Assert.Equal("CAM_R", (string)(await PeerAsync(left, "CAM_R"))["details"]!["node"]!["camera_id"]!);

        // The same node, told of as the centre camera.
        left.ShowRig(null, right.Report(camera: "CAM_C") with { MachineUrl = $"https://127.0.0.1:{port}" });
        var wrong = await PeerAsync(left, "CAM_C");
        Assert.Null(wrong["details"]);
        Assert.Contains("does not prove to be CAM_C", (string)wrong["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_camera_that_is_not_enrolled_asks_nobody_and_says_what_to_do()
    {
        await using var right = await StartAsync("CAM_R", out _);
        await using var alone = await NodeUnderTest.StartAsync("--Rig:Trust:AllowPlainMachines=false");
        alone.ShowRig(null, right.Report(camera: "CAM_R") with { BaseUrl = right.Http.BaseAddress!.ToString().TrimEnd('/') });
        Assert.Contains("rig-node trust join", (string)(await PeerAsync(alone, "CAM_R"))["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_take_counts_as_offloaded_by_an_enrolled_servers_signed_receipt_alone()
    {
        await using var node = await StartAsync("CAM_L", out var port);
        var take = node.Catalogue.Seal(new TakeId(SessionId.Parse("Final"), CameraId.Left), video: [1, 2, 3]);
        var body = new JsonObject
        {
            ["session_id"] = "Final",
            ["camera_id"] = "CAM_L",
            ["file"] = take.FileName,
            ["checksum"] = new JsonObject { ["algo"] = "sha256", ["value"] = take.Sha256 },
        };

        // The second attack of issue 14: the checksum as the node itself lists it.
        Assert.Equal(401, (await node.PostAsync("/api/v1/recordings/confirm", body.ToJsonString())).Status);

        using var home = Client(rig.Of("home"));
        Assert.Equal(HttpStatusCode.Forbidden, await ConfirmAsync(home, port, body, receipt: null));
        using var elsewhere = new TempFolder();
        foreach (var forger in new[] { rig.Of("CAM_R"), new TestTrust(elsewhere).Of("home") })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await ConfirmAsync(home, port, body, SignedReceipt.Sign(forger, take.Id.ToString(), take.Sha256, take.SizeBytes, TimeProvider.System.GetUtcNow())));
        }

        var receipt = SignedReceipt.Sign(rig.Of("home"), take.Id.ToString(), take.Sha256, take.SizeBytes, TimeProvider.System.GetUtcNow());
        Assert.Equal(HttpStatusCode.Forbidden, await ConfirmAsync(home, port, body, receipt with { SizeBytes = 4 }));
        Assert.Null(node.Catalogue.Find(take.Id)!.ConfirmedAt);

        Assert.Equal(HttpStatusCode.OK, await ConfirmAsync(home, port, body, receipt));
        Assert.NotNull(node.Catalogue.Find(take.Id)!.ConfirmedAt);
    }

    [Fact]
    public async Task A_certificate_is_renewed_by_the_old_one_and_never_for_another_machine()
    {
        var port = FreePort.Next();
        await using var authority = await StartAsync(rig, "CAM_C", port);
        var right = rig.Of("CAM_R");
        right.Folder.AuthorityUrl = new Uri($"https://127.0.0.1:{port}");
        var old = right.Current!.Machine.SerialNumber;
        using var http = TrustKeeper.Client(right);
        Assert.Null(await TrustKeeper.RenewAsync(right, http, TimeProvider.System, CancellationToken.None));
        Assert.NotEqual(old, right.Current!.Machine.SerialNumber);
        Assert.Equal("CAM_R", right.Current!.Self.Name);

        using var people = new HttpClient();
        using var request = new StringContent(Rig.Hosting.Trust.Certificates.MachineKey.Request([]).RequestPem, new System.Net.Http.Headers.MediaTypeHeaderValue("application/pkcs10"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await people.PostAsync(new Uri(authority.Http.BaseAddress!, "/api/v1/trust/renew"), request)).StatusCode);
    }

    [Fact]
    public async Task Who_calls_itself_a_machine_gets_no_certificate_even_where_that_is_believed()
    {
        await using var authority = await NodeUnderTest.StartAsync("--Rig:Node:CameraId=CAM_C", "--Rig:Trust:Directory=" + rig.Authority.Path, "--Rig:Trust:MachinePort=" + FreePort.Next());
        using var request = new StringContent(Rig.Hosting.Trust.Certificates.MachineKey.Request([]).RequestPem, new System.Net.Http.Headers.MediaTypeHeaderValue("application/pkcs10"));
        using var plain = new HttpClient { DefaultRequestHeaders = { { MachineHttp.PlainMachineHeader, "node" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await plain.PostAsync(new Uri(authority.Http.BaseAddress!, "/api/v1/trust/renew"), request)).StatusCode);
    }

    [Fact]
    public async Task A_phone_that_was_told_of_the_rigs_authority_trusts_the_pages_and_shows_no_certificate_of_its_own()
    {
        await using var node = await StartAsync("CAM_L", out _);
        var asked = false;
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                // A browser that was told to trust the authority: by its own rules, names and addresses included.
                CertificateChainPolicy = new() { TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust, RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck },
                LocalCertificateSelectionCallback = (_, _, _, _, issuers) =>
                {
                    asked |= issuers.Length > 0;
                    return null!;
                },
            },
        };
        handler.SslOptions.CertificateChainPolicy!.CustomTrustStore.Add(rig.Of("CAM_L").Current!.Authority);
        using var phone = new HttpClient(handler) { BaseAddress = new UriBuilder(node.Http.BaseAddress!) { Scheme = Uri.UriSchemeHttps }.Uri };
        using var page = await phone.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, false), (page.StatusCode, asked));
        var authority = await phone.GetByteArrayAsync("/api/v1/trust/authority");
        Assert.Equal(rig.Of("CAM_L").Current!.Authority.RawData, authority);
    }

    private static Uri Url(int port, string path) => new($"https://127.0.0.1:{port}{path}");

    /// <param name="sure">False calls whoever answers.</param>
    private static HttpClient Client(RigTrust trust, bool sure = true)
    {
        var handler = new SocketsHttpHandler();
        handler.UseMachines(trust, _ => true);
        if (!sure)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        }

        return new HttpClient(handler);
    }

    private static async Task<HttpStatusCode> ConfirmAsync(HttpClient http, int port, JsonObject body, SignedReceipt? receipt)
    {
        var sent = (JsonObject)body.DeepClone();
        if (receipt is not null)
        {
            sent["receipt"] = receipt.ToJson();
        }

        using var response = await http.PostAsJsonAsync(Url(port, "/api/v1/recordings/confirm"), sent);
        return response.StatusCode;
    }

    private static async Task<JsonObject> PeerAsync(NodeUnderTest node, string camera)
    {
        var peers = await node.Http.GetFromJsonAsync<JsonObject>("/api/v1/coordinator/peers");
        return (JsonObject)peers!["peers"]!.AsArray().Single(peer => (string)peer!["camera_id"]! == camera)!;
    }

    private static string[] Settings(TestTrust rig, string camera, int port) =>
        ["--Rig:Node:CameraId=" + camera, "--Rig:Trust:Directory=" + rig.Of(camera).Folder.Path, "--Rig:Trust:AllowPlainMachines=false", "--Rig:Trust:MachinePort=" + port];

    private static Task<NodeUnderTest> StartAsync(TestTrust rig, string camera, int port) => NodeUnderTest.StartAsync(Settings(rig, camera, port));

    private static Task<NodeUnderTest> StartAsync(TestTrust rig, string camera, out int port) => StartAsync(rig, camera, port = FreePort.Next());

    private Task<NodeUnderTest> StartAsync(string camera, out int port) => StartAsync(rig, camera, out port);
}
