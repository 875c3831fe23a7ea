extern alias node;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using node::Rig.CameraNode.Storage;
using node::Rig.CameraNode.Upload;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using Rig.Tests.Support;

namespace Rig.Tests.NodeUpload;

/// <summary>The node's client against a server that speaks seed 001 only.</summary>
public sealed class SeedServerTests : IAsyncLifetime
{
    private static readonly TakeId Left = new(SessionId.Parse("Final"), CameraId.Left);

    private readonly TempFolder folder = new();
    private readonly ScriptedCatalogue catalogue = new();
    private readonly ScriptedOptions<UploadOptions> options = new(new UploadOptions());
    private SeedServer server = null!;
    private UploadServer client = null!;

    public async Task InitializeAsync()
    {
        server = await SeedServer.StartAsync();
        options.CurrentValue.ServerUrl = server.Url.ToString();
        var storage = Options.Create(new StorageOptions { RecordingsPath = folder.File("r"), ManifestsPath = folder.File("m") });
        client = new UploadServer(options, catalogue.Published, new ResumableUploads(new UploadLocations(storage, new PosixRecordingFiles(), NullLogger<UploadLocations>.Instance)), TestTrust.Plain, new UploadKeyServer(new ConfigurationBuilder().Build(), options));
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_take_arrives_whole_with_its_manifest_and_is_confirmed()
    {
        var video = Bytes(3_000_000);
        var entry = catalogue.Seal(Left, video: video);
        var progress = new UploadProgress(TimeProvider.System);
        var outcome = Assert.IsType<SendOutcome.Confirmed>(await client.SendAsync(entry, progress, CancellationToken.None));
        Assert.Equal(entry.Sha256, outcome.Sha256);
        Assert.Contains(entry.Sha256, outcome.Receipt, StringComparison.Ordinal);
        Assert.Equal(video, server.Held[("Final", "CAM_L")]);
        Assert.Contains("Final_CAM_L", Assert.Single(server.Manifests), StringComparison.Ordinal);
        Assert.Equal((video.Length, true), (progress.SentBytes, progress.IsConfirming));
    }

    [Fact]
    public async Task A_second_take_never_takes_the_place_of_the_first()
    {
        foreach (var take in new[] { 1, 2 })
        {
            Assert.IsType<SendOutcome.Confirmed>(await SendAsync(catalogue.Seal(Left with { Take = take })));
        }

        Assert.Equal([("Final", "CAM_L"), ("Final_T2", "CAM_L")], server.Held.Keys.Order());
    }

    [Theory]
    [InlineData(400, "Checksum mismatch", true)]
    [InlineData(500, "oops", true)]
    [InlineData(503, "busy", true)]
    [InlineData(507, "disk full", true)]
    [InlineData(408, "too slow", true)]
    [InlineData(400, "Unknown camera", false)]
    [InlineData(401, "No key", false)]
    [InlineData(409, "Other bytes are held", false)]
    [InlineData(413, "Too large", false)]
    public async Task Each_refusal_is_worth_another_attempt_or_not_as_the_seed_says(int status, string error, bool mayRetry)
    {
        server.OnUpload = _ => (status, new { success = false, error });
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left)));
        Assert.Equal(mayRetry, failed.MayRetry);
        Assert.Contains(error, failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_success_that_is_none_is_not_believed()
    {
        server.OnUpload = _ => (200, new { success = false, error = "Stored elsewhere" });
        Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left)));
        server.OnUpload = _ => (201, new { success = true, checksum_verified = false });
        Assert.True(Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left))).MayRetry);
    }

    [Fact]
    public async Task A_confirmation_of_another_checksum_is_a_mismatch_and_letter_case_is_not()
    {
        server.ConfirmedChecksum = sha => sha.ToUpperInvariant();
        Assert.IsType<SendOutcome.Confirmed>(await SendAsync(catalogue.Seal(Left)));
        server.ConfirmedChecksum = _ => new string('0', 64);
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left)));
        Assert.Equal((true, true), (failed.MayRetry, failed.Error.Contains("mismatch", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_disk_that_lost_bits_is_named_and_not_tried_again()
    {
        var entry = catalogue.Seal(Left, video: Bytes(100_000));
        var damaged = entry with { Sha256 = new string('a', 64) };
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(damaged));
        Assert.False(failed.MayRetry);
        Assert.Contains("disk", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_off_is_tried_again_and_says_what_to_look_at()
    {
        await server.DisposeAsync();
        var failed = Assert.IsType<SendOutcome.Failed>(await SendAsync(catalogue.Seal(Left)));
        Assert.True(failed.MayRetry);
        Assert.Contains("Rig:Offload:ServerUrl", failed.Error, StringComparison.Ordinal);
        Assert.False((await client.HealthAsync(CancellationToken.None)).Reachable);
    }

    [Fact]
    public async Task The_servers_health_is_read()
    {
        var health = await client.HealthAsync(CancellationToken.None);
        Assert.Equal((true, "healthy", 500.0, 0, null), (health.Reachable, health.Status, health.StorageFreeGb, health.ActiveUploads, health.Error));
    }

    [Fact]
    public async Task A_server_that_stops_taking_bytes_is_given_up()
    {
        using var deaf = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        deaf.Start();
        options.CurrentValue.StallTimeoutSec = 1;
        options.CurrentValue.ServerUrl = $"http://127.0.0.1:{((System.Net.IPEndPoint)deaf.LocalEndpoint).Port}";
        var content = new TakeBody(new MemoryStream(Bytes(64 << 20)), 0, "video/mp4", options.CurrentValue, new UploadProgress(TimeProvider.System));
        using var http = UploadHttp.Create(options.CurrentValue, TestTrust.Plain, options.CurrentValue.ServerUrl);
        using var request = new HttpRequestMessage(HttpMethod.Post, "x") { Content = content };
        await Assert.ThrowsAsync<HttpRequestException>(() => content.SendAsync(http, request, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private Task<SendOutcome> SendAsync(RecordingEntry take) => client.SendAsync(take, new UploadProgress(TimeProvider.System), CancellationToken.None);
}
