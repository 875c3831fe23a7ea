extern alias node;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using node::Rig.CameraNode.Storage;
using node::Rig.CameraNode.Upload;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;
using Rig.Rehearsal.Demo;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

/// <summary>The third attack of issue 14, a server that is none, and somebody who listens on the way.</summary>
[Collection(PostgresTests.Name)]
public sealed class EnrolledUploadTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string ApiKey = "rig_a_key_that_nobody_else_may_see";
    private static readonly TakeId Left = new(SessionId.Parse("Semifinal"), CameraId.Left);

    private readonly TempFolder folder = new();
    private readonly ScriptedCatalogue catalogue = new();
    private readonly ScriptedOptions<UploadOptions> options = new(new UploadOptions { ApiKey = ApiKey });
    private readonly byte[] video = SampleTake.Mp4(200_000);
    private TestTrust rig = null!;

    public Task InitializeAsync()
    {
        rig = new TestTrust(folder);
        catalogue.Manifest = take => Encoding.UTF8.GetBytes(SampleTake.Manifest(video, take.Id.SessionId.Value, take.Id.CameraId.Value, take.Id.Take).ToJsonString());
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_proxy_between_node_and_server_sees_no_key_and_no_byte_in_clear()
    {
        var port = FreePort.Next();
        await using var server = await StartServerAsync(port);
        await using var proxy = new RecordingProxy(port);
        options.CurrentValue.ServerUrl = $"https://127.0.0.1:{proxy.Port}";
        var take = catalogue.Seal(Left, video: video);
        var sent = await SendAsync(take, rig.Of("CAM_L"));
        Assert.True(sent is SendOutcome.Confirmed, (sent as SendOutcome.Failed)?.Error);
        var outcome = (SendOutcome.Confirmed)sent;
        Assert.Null(SignedReceipt.In(JsonDocument.Parse(outcome.Receipt).RootElement)!.Refusal(rig.Of("CAM_L"), take.Id.ToString(), take.Sha256, take.SizeBytes));

        Assert.True(proxy.Seen.Length > video.Length);
        foreach (var secret in new[] { Encoding.ASCII.GetBytes(ApiKey), Encoding.ASCII.GetBytes("Semifinal"), Encoding.ASCII.GetBytes(take.Sha256), video[1000..1032], video[^32..] })
        {
            Assert.False(proxy.Saw(secret));
        }
    }

    [Fact]
    public async Task A_server_that_is_not_of_this_rig_gets_neither_key_nor_video()
    {
        using var elsewhere = new TempFolder();
        var take = catalogue.Seal(Left, video: video);
        foreach (var imposter in new[] { new TestTrust(elsewhere).Of("home"), rig.Of("CAM_R") })
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            options.CurrentValue.ServerUrl = $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
            var heard = HearAsync(listener, imposter);
            var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(take, rig.Of("CAM_L")));
            Assert.Contains("nothing was sent", failed.Error, StringComparison.Ordinal);
            Assert.Equal(0, await heard);
        }
    }

    [Theory]
    [InlineData(true, "machine port")]
    [InlineData(false, "rig-node trust join")]
    public async Task A_plain_address_is_not_even_called(bool enrolled, string remedy)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        options.CurrentValue.ServerUrl = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left, video: video), enrolled ? rig.Of("CAM_L") : TestTrust.Nobody));
        Assert.Contains(remedy, failed.Error, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_key_goes_to_no_other_server_than_the_one_it_was_installed_for()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        options.CurrentValue.ServerUrl = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var installed = new ConfigurationBuilder().AddInMemoryCollection([new("Rig:Offload:ServerUrl", "http://192.168.1.200:8081")]).Build();
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left, video: video), TestTrust.Plain, installed));
        Assert.Contains("192.168.1.200", failed.Error, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_revoked_server_gets_nothing_more()
    {
        var port = FreePort.Next();
        await using var server = await StartServerAsync(port);
        options.CurrentValue.ServerUrl = $"https://127.0.0.1:{port}";
        rig.Issuing.Revoke("home");
        rig.Tell(rig.Of("CAM_L"));
        Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left, video: video), rig.Of("CAM_L")));
        Assert.Empty(server.Files("sessions"));
    }

    private static async Task<int> HearAsync(TcpListener listener, RigTrust imposter)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(connection.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = imposter.Current!.Machine, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null });
            return await tls.ReadAsync(new byte[1024]);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return 0;
        }
    }

    private async Task<IngestServer> StartServerAsync(int port) => await IngestServer.StartAsync(
        folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register, "--Rig:Trust:Directory=" + rig.Of("home").Folder.Path, "--Rig:Trust:MachinePort=" + port);

    private async Task<SendOutcome> SendAsync(RecordingEntry take, RigTrust trust, IConfiguration? installed = null)
    {
        var storage = Options.Create(new StorageOptions { RecordingsPath = folder.File("r"), ManifestsPath = folder.File("m") });
        using var client = new UploadServer(
            options, catalogue.Published, new ResumableUploads(new UploadLocations(storage, new PosixRecordingFiles(), NullLogger<UploadLocations>.Instance)),
            trust, new UploadKeyServer(installed ?? new ConfigurationBuilder().Build(), options));
        return await client.SendAsync(take, new UploadProgress(TimeProvider.System), CancellationToken.None);
    }
}
