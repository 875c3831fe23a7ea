using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Rig.Ingest.Pull;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest;

[Collection(PostgresTests.Name)]
public sealed class PullTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-pull");
    private string database = "";
    private ScriptedNode node = null!;
    private IngestServer? server;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        node = await ScriptedNode.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await StopServerAsync();
        await node.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_finished_take_of_a_polled_node_comes_home_and_the_node_is_told()
    {
        var file = SampleTake.Mp4(payloadBytes: 9_000_000);
        node.Add(file, Session, "CAM_C", sessionCameras: ["CAM_C"]);
        await StartServerAsync();

        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);

        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        var confirmation = Assert.Single(node.Confirmations);
        Assert.Equal(Session, (string)confirmation["session_id"]!);
        Assert.Equal("CAM_C", (string)confirmation["camera_id"]!);
        Assert.Equal(Session + "_CAM_C.mp4", (string)confirmation["file"]!);
        Assert.Equal("sha256", (string)confirmation["checksum"]!["algo"]!);
        Assert.Equal(SampleTake.Sha256(file), (string)confirmation["checksum"]!["value"]!);
        Assert.Empty(server!.Files("temp"));
    }

    [Fact]
    public async Task Connections_cut_at_random_bytes_cost_nothing_twice_and_never_a_wrong_byte()
    {
        var file = SampleTake.Mp4(payloadBytes: 12_000_000);
        node.Add(file, Session, "CAM_C");
        var random = new Random(20261121);
        var cuts = 0;
        node.CutAfter = () =>
        {
            lock (random)
            {
                return cuts++ < 40 ? random.Next(1, 300_000) : null;
            }
        };
        var (pull, take) = await PullAndTakeAsync();

        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None);

        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        // A reset may throw away what the receiver had not read yet, so a cut can repeat what was in flight; never more than 8 MiB.
        Assert.InRange(node.SentBytes, file.Length, file.Length + (40L * (8 << 20)));
        Assert.True(node.Downloads > 40);
    }

    [Fact]
    public async Task A_restarted_server_goes_on_where_it_durably_was()
    {
        var file = SampleTake.Mp4(payloadBytes: 20_000_000);
        node.Add(file, Session, "CAM_C");
        var downloads = 0;
        // The first two ranges arrive, then nothing more until the server is another one.
        node.CutAfter = () => Interlocked.Increment(ref downloads) > 2 ? 0 : null;
        var (pull, take) = await PullAndTakeAsync();
        await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None));
        var part = Assert.Single(server!.Files("temp"));
        Assert.Equal(2 * 4 << 20, new FileInfo(folder.File("temp", part)).Length);
        await StopServerAsync();

        node.CutAfter = () => null;
        var sentBefore = node.SentBytes;
        (pull, take) = await PullAndTakeAsync();
        var progress = new TransferProgress(TimeProvider.System);
        await pull.FetchAsync(take, progress, CancellationToken.None);

        Assert.Equal(file.Length - (8 << 20), node.SentBytes - sentBefore);
        Assert.Equal(file.Length, progress.Bytes);
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
    }

    [Fact]
    public async Task A_bit_flipped_on_the_wire_is_found_discarded_and_fetched_again()
    {
        var file = SampleTake.Mp4(payloadBytes: 100_000);
        node.Add(file, Session, "CAM_C");
        node.FlipBits = true;
        var (pull, take) = await PullAndTakeAsync();

        var failure = await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None));
        Assert.Contains(SampleTake.Sha256(file), failure.Message, StringComparison.Ordinal);
        Assert.Empty(server!.Files("temp"));
        Assert.Empty(server.Files("sessions"));
        Assert.Empty(node.Confirmations);

        node.FlipBits = false;
        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None);
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
    }

    [Fact]
    public async Task A_confirmation_that_gets_lost_is_repeated_until_the_node_accepts_it()
    {
        node.Add(SampleTake.Mp4(), Session, "CAM_C");
        node.ConfirmStatuses.Enqueue(500);
        node.ConfirmStatuses.Enqueue(404);
        await StartServerAsync("--Rig:Pull:RetryDelay=00:00:00.050");

        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);

        Assert.Equal(1, node.Downloads);
        await Eventually.HoldsAsync(async () => (bool)(await server!.GetAsync($"/api/v1/sessions/{Session}")).Body["takes"]![0]!["confirmed"]!);
    }

    [Fact]
    public async Task After_a_restart_between_receipt_and_confirmation_the_take_is_confirmed_and_not_fetched_again()
    {
        var file = SampleTake.Mp4();
        node.Add(file, Session, "CAM_C");
        var (pull, take) = await PullAndTakeAsync();
        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None);
        await StopServerAsync();
        Assert.Equal(1, node.Downloads);

        await StartServerAsync();
        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);

        Assert.Equal(1, node.Downloads);
    }

    [Fact]
    public async Task A_take_that_the_server_lost_is_never_confirmed()
    {
        node.Add(SampleTake.Mp4(), Session, "CAM_C");
        var (pull, take) = await PullAndTakeAsync();
        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None);
        File.Delete(folder.File("sessions", Session, "CAM_C", "recording.mp4"));

        await Assert.ThrowsAsync<TakeNotWholeException>(() => pull.ConfirmAsync(take, CancellationToken.None));
        Assert.Empty(node.Confirmations);
    }

    [Fact]
    public async Task Other_bytes_under_a_held_name_are_not_fetched_and_not_confirmed()
    {
        node.Add(SampleTake.Mp4(seed: 1), Session, "CAM_C");
        var (pull, take) = await PullAndTakeAsync();
        await server!.UploadAsync(SampleTake.Form(SampleTake.Mp4(seed: 2)));

        await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), CancellationToken.None));
        Assert.Equal(0, node.Downloads);
        await Assert.ThrowsAsync<TakeNotWholeException>(() => pull.ConfirmAsync(take, CancellationToken.None));
    }

    [Fact]
    public async Task Odd_entries_of_a_node_are_reported_and_reach_no_path()
    {
        node.Add(SampleTake.Mp4(), Session, "CAM_C");
        node.OddEntries.Add(new JsonObject { ["id"] = "../../escape_CAM_C", ["size_bytes"] = 10, ["checksum"] = new string('a', 64) });
        node.OddEntries.Add(new JsonObject { ["id"] = Session + "_CAM_X", ["size_bytes"] = 10, ["checksum"] = new string('a', 64) });
        node.OddEntries.Add(new JsonObject { ["id"] = Session + "_CAM_R", ["size_bytes"] = 10 });
        await StartServerAsync();

        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);

        Assert.Equal([$"{Session}/CAM_C/manifest.json", $"{Session}/CAM_C/recording.mp4"], server!.Files("sessions"));
        await Eventually.HoldsAsync(() => server.Services.GetRequiredService<TransferBoard>().Nodes.Any(seen => seen.Problem is not null));
        var unknown = server.Services.GetRequiredService<TransferBoard>();
        await Eventually.HoldsAsync(() => unknown.Transfers.Any(transfer => transfer.Error?.Contains("CAM_X", StringComparison.Ordinal) == true));
    }

    private async Task StartServerAsync(params string[] settings) => server = await IngestServer.StartAsync(
        folder, database, ScriptedStages.Register, ["--Rig:Nodes:0=" + node.Url, "--Rig:Pull:PollInterval=00:00:00.050", .. settings]);

    /// <summary>A server that polls nobody, and its pull to be driven by hand.</summary>
    private async Task<(TakePull Pull, RemoteTake Take)> PullAndTakeAsync()
    {
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register);
        var client = server.Services.GetRequiredService<NodeClient>();
        var listing = await client.ListAsync(node.Url, CancellationToken.None);
        return (server.Services.GetRequiredService<TakePull>(), Assert.Single(listing.Takes));
    }

    private async Task StopServerAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
            server = null;
        }
    }
}
