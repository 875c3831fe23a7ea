extern alias node;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using node::Rig.CameraNode.Storage;
using node::Rig.CameraNode.Upload;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.NodeUpload;

/// <summary>The node's client and the home server, with a wire between them that fails.</summary>
[Collection(PostgresTests.Name)]
public sealed class HomeServerTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TakeId Left = new(SessionId.Parse("Final"), CameraId.Left);

    private readonly TempFolder folder = new();
    private readonly ScriptedCatalogue catalogue = new();
    private readonly ScriptedOptions<UploadOptions> options = new(new UploadOptions());
    private readonly List<UploadServer> clients = [];
    private string database = "";
    private IngestServer server = null!;
    private FaultyWire wire = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register);
        wire = new FaultyWire(server.Http.BaseAddress!);
        options.CurrentValue.ServerUrl = wire.Url.ToString();
        catalogue.Manifest = take => Encoding.UTF8.GetBytes(SampleTake.Manifest(
            Video(take.SizeBytes), take.Id.SessionId.Value, take.Id.CameraId.Value, take.Id.Take).ToJsonString());
    }

    public async Task DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await wire.DisposeAsync();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Takes_arrive_with_their_manifests_and_the_second_beside_the_first()
    {
        var first = catalogue.Seal(Left, video: Video(500_000));
        var second = catalogue.Seal(Left with { Take = 2 }, video: Video(600_000));
        foreach (var take in new[] { first, second })
        {
            var outcome = Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));
            Assert.Equal(take.Sha256, outcome.Sha256);
        }

        Assert.Equal(
            ["Final/CAM_L/manifest.json", "Final/CAM_L/recording.mp4", "Final/CAM_L/take-2/manifest.json", "Final/CAM_L/take-2/recording.mp4"],
            server.Files("sessions"));
        Assert.Equal(Video(600_000), await File.ReadAllBytesAsync(folder.File("sessions", "Final", "CAM_L", "take-2", "recording.mp4")));
        Assert.Contains(first.Sha256, await File.ReadAllTextAsync(folder.File("sessions", "Final", "CAM_L", "manifest.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_take_that_the_server_holds_is_not_sent_again()
    {
        var take = catalogue.Seal(Left, video: Video(3_000_000));
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));
        var before = wire.SentBytes;
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));
        Assert.InRange(wire.SentBytes - before, 1, 5_000);
    }

    [Fact]
    public async Task Cuts_cost_only_what_had_not_arrived_also_when_the_node_restarts_in_between()
    {
        const int SizeBytes = 24_000_000;
        var take = catalogue.Seal(Left, video: Video(SizeBytes));
        var random = new Random(20261121);
        var cuts = 0;
        SendOutcome outcome;
        do
        {
            Assert.InRange(cuts, 0, 30);
            wire.CutAfter(cuts++ < 12 ? random.Next(1, 3_000_000) : long.MaxValue / 2);

            // A client of its own each time, as after a restart.
            outcome = await SendAsync(take);
            if (outcome is SendOutcome.Failed failed)
            {
                Assert.True(failed.MayRetry, failed.Error);
            }
        }
        while (outcome is SendOutcome.Failed);

        Assert.Equal(take.Sha256, Assert.IsType<SendOutcome.Confirmed>(outcome).Sha256);
        Assert.Equal(Video(SizeBytes), await File.ReadAllBytesAsync(folder.File("sessions", "Final", "CAM_L", "recording.mp4")));

        // What was on the wire when it was cut, and the headers; never the file again.
        Assert.InRange(wire.SentBytes, SizeBytes, SizeBytes + (cuts * 1_000_000L));
        Assert.Empty(server.Files("temp"));
    }

    [Fact]
    public async Task A_server_that_restarts_at_another_address_goes_on_at_the_byte()
    {
        var take = catalogue.Seal(Left, video: Video(6_000_000));
        wire.CutAfter(4_000_000);
        Assert.IsType<SendOutcome.Failed>(await SendAsync(take));
        await wire.DisposeAsync();
        await server.DisposeAsync();

        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register);
        wire = new FaultyWire(server.Http.BaseAddress!);
        options.CurrentValue.ServerUrl = wire.Url.ToString();

        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));
        Assert.InRange(wire.SentBytes, 2_000_000, 3_000_000);
        Assert.Equal(Video(6_000_000), await File.ReadAllBytesAsync(folder.File("sessions", "Final", "CAM_L", "recording.mp4")));
    }

    [Fact]
    public async Task A_bit_that_turns_on_the_wire_is_noticed_and_the_take_sent_again()
    {
        var take = catalogue.Seal(Left, video: Video(2_000_000));
        wire.FlipAfter(1_000_000);
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(take));
        Assert.True(failed.MayRetry, failed.Error);
        Assert.Empty(server.Files("sessions"));
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));
    }

    [Fact]
    public async Task Other_bytes_of_a_take_that_the_server_holds_are_refused_for_good()
    {
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(catalogue.Seal(Left, video: Video(400_000))));
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left, video: Video(400_001))));
        Assert.False(failed.MayRetry);
        Assert.Equal(Video(400_000), await File.ReadAllBytesAsync(folder.File("sessions", "Final", "CAM_L", "recording.mp4")));
    }

    [Fact]
    public async Task A_key_a_private_authority_a_pin_and_a_certificate_of_its_own_open_the_way()
    {
        using var authority = Authority("Rig home");
        using var own = Issue(authority, "server", "1.3.6.1.5.5.7.3.1");
        using var nodes = Issue(authority, "camera", "1.3.6.1.5.5.7.3.2");
        var key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        Write("ca.pem", authority.ExportCertificatePem());
        Write("server.pem", own.ExportCertificatePem() + "\n" + own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Write("node.pem", nodes.ExportCertificatePem());
        Write("node.key", nodes.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        using var other = new TempFolder();
        await using var secure = await IngestServer.StartAsync(
            other,
            await postgres.NewDatabaseAsync(),
            ScriptedStages.Register,
            "--Rig:Security:CertificatePath=" + folder.File("server.pem"),
            "--Rig:Security:ClientCaPath=" + folder.File("ca.pem"),
            "--Rig:Security:ApiKeySha256:0=" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key))));
        var take = catalogue.Seal(Left, video: Video(100_000));
        var url = $"https://localhost:{secure.Http.BaseAddress!.Port}";

        options.CurrentValue = new UploadOptions { ServerUrl = url };
        Assert.True(Assert.IsType<SendOutcome.Failed>(await SendAsync(take)).MayRetry);

        options.CurrentValue = new UploadOptions { ServerUrl = url, ServerCaPath = folder.File("ca.pem"), ClientCertificatePath = folder.File("node.pem"), ClientKeyPath = folder.File("node.key") };
        var refused = Assert.IsType<SendOutcome.Failed>(await SendAsync(take));
        Assert.False(refused.MayRetry);
        Assert.Contains("key", refused.Error, StringComparison.OrdinalIgnoreCase);

        (options.CurrentValue.ApiKey, options.CurrentValue.ApiKeyServer) = (key, url);
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));

        options.CurrentValue = new UploadOptions
        {
            ServerUrl = url,
            ServerCertificateSha256 = new string('0', 64),
            ClientCertificatePath = folder.File("node.pem"),
            ClientKeyPath = folder.File("node.key"),
            ApiKey = key,
            ApiKeyServer = url,
        };
        Assert.IsType<SendOutcome.Failed>(await SendAsync(take));
        options.CurrentValue.ServerCertificateSha256 = Convert.ToHexString(SHA256.HashData(own.RawData));
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(take));
    }

    private static byte[] Video(long sizeBytes) => SampleTake.Mp4((int)sizeBytes - SampleTake.Mp4(0).Length);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private void Write(string name, string text) => File.WriteAllText(folder.File(name), text);

    private async Task<SendOutcome> SendAsync(RecordingEntry take)
    {
        var storage = Options.Create(new StorageOptions { RecordingsPath = folder.File("r"), ManifestsPath = folder.File("m") });
        var client = new UploadServer(options, catalogue.Published, new ResumableUploads(new UploadLocations(storage, new PosixRecordingFiles(), NullLogger<UploadLocations>.Instance)), TestTrust.Plain, new UploadKeyServer(new ConfigurationBuilder().Build(), options));
        clients.Add(client);
        return await client.SendAsync(take, new UploadProgress(TimeProvider.System), CancellationToken.None);
    }
}
