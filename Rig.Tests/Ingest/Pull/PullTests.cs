using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Rig.Ingest.Pull;
using Rig.Ingest.Status;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Pull;

[Collection(PostgresTests.Name)]
public sealed class PullTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-pull");
    private readonly ActorSystem system = ActorSystem.Create("pull-tests");
    private IMaterializer materializer = null!;
    private string database = "";
    private ScriptedNode node = null!;
    private IngestServer? server;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabaseAsync();
        node = await ScriptedNode.StartAsync();
        materializer = system.Materializer();
    }

    public async Task DisposeAsync()
    {
        await StopServerAsync();
        await node.DisposeAsync();
        await system.Terminate();
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
    public async Task Connections_cut_at_random_bytes_cost_little_twice_and_never_a_wrong_byte()
    {
        var file = SampleTake.Mp4(payloadBytes: 12_000_000);
        node.Add(file, Session, "CAM_C");
        var random = new Random(20261121);
        var cuts = 0;
        node.CutAfter = _ =>
        {
            lock (random)
            {
                return cuts++ < 40 ? random.Next(1, 300_000) : null;
            }
        };
        var (pull, take) = await PullAndTakeAsync("--Rig:Pull:CutPause=00:00:00.002");

        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None);

        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
        Assert.InRange(node.SentBytes, file.Length, file.Length + (40L * (8 << 20)));
        Assert.True(node.Downloads > 40);
    }

    [Fact]
    public async Task A_restarted_server_goes_on_where_it_durably_was()
    {
        var file = SampleTake.Mp4(payloadBytes: 20_000_000);
        node.Add(file, Session, "CAM_C");
        // Four ranges arrive, then nothing more until the server is another one.
        node.CutAfter = from => from >= 8 << 20 ? 0 : null;
        var (pull, take) = await PullAndTakeAsync("--Rig:Pull:CutPause=00:00:00.002");
        await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None));
        var part = Assert.Single(server!.Files("temp"));
        Assert.Equal(8 << 20, new FileInfo(folder.File("temp", part)).Length);
        await StopServerAsync();

        node.CutAfter = _ => null;
        node.RangesFrom.Clear();
        (pull, take) = await PullAndTakeAsync();
        var progress = new TransferProgress(TimeProvider.System);
        await pull.FetchAsync(take, progress, materializer, CancellationToken.None);

        Assert.All(node.RangesFrom, from => Assert.True(from >= 8 << 20, $"Byte {from} was here before."));
        Assert.Equal(file.Length - (8 << 20), progress.ReceivedBytes);
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

        var failure = await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None));
        Assert.Contains(SampleTake.Sha256(file), failure.Message, StringComparison.Ordinal);
        Assert.Empty(server!.Files("temp"));
        Assert.Empty(server.Files("sessions"));
        Assert.Empty(node.Confirmations);

        node.FlipBits = false;
        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None);
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
    }

    [Fact]
    public async Task A_take_whose_manifest_cannot_be_used_is_not_fetched_for_nothing()
    {
        node.Add(SampleTake.Mp4(), Session, "CAM_C");
        node.BreakManifests = true;
        var (pull, take) = await PullAndTakeAsync();

        var failure = await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None));

        Assert.Contains("manifest", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, node.Downloads);
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
        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None);
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
        await pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None);
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

        await Assert.ThrowsAsync<PullException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None));
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

    [Fact]
    public async Task A_paused_server_fetches_nothing_also_after_a_restart_and_goes_on_when_resumed()
    {
        await StartServerAsync();
        var reply = await server!.PostAsync("/api/v1/offload/pause");
        Assert.Equal((200, true), (reply.Status, (bool)reply.Body["paused"]!));
        await StopServerAsync();
        node.Add(SampleTake.Mp4(payloadBytes: 50_000), Session, "CAM_C");
        await StartServerAsync();
        await Eventually.HoldsAsync(async () => (int)(await StatusAsync())["waiting"]! == 1);
        Assert.True((bool)(await StatusAsync())["paused"]!);
        Assert.Equal(0, node.Downloads);

        await server!.PostAsync("/api/v1/offload/resume");
        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
        await Eventually.HoldsAsync(async () => (await StatusAsync())["transfers"]!.AsArray().Count == 0);
        Assert.False((bool)(await StatusAsync())["paused"]!);
    }

    [Fact]
    public async Task A_pause_interrupts_a_running_transfer_which_goes_on_at_its_byte()
    {
        var file = SampleTake.Mp4(payloadBytes: 12_000_000);
        node.Add(file, Session, "CAM_C");
        var reached = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        node.BeforeRange = async from =>
        {
            if (from >= 6 << 20)
            {
                reached.TrySetResult();
                await released.Task;
            }
        };
        await StartServerAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(async () => (await StatusAsync())["transfers"]!.AsArray().Any(transfer => (long)transfer!["received_bytes"]! >= 6 << 20));
        await server!.PostAsync("/api/v1/offload/pause");
        await Eventually.HoldsAsync(async () => (int)(await StatusAsync())["pulling"]! == 0);
        released.SetResult();
        node.BeforeRange = _ => Task.CompletedTask;
        Assert.Equal(0, (int)(await StatusAsync())["transfers"]![0]!["failures"]!);
        var first = node.RangesFrom.Count;

        await server.PostAsync("/api/v1/offload/resume");
        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
        Assert.All(node.RangesFrom.Skip(first), from => Assert.True(from >= 6 << 20, $"Byte {from} was here before."));
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
    }

    [Fact]
    public async Task Of_many_sessions_at_a_camera_the_page_lists_a_few_those_on_their_way_first_and_counts_the_others()
    {
        const int Sessions = 45;
        await StartServerAsync("--Rig:Pull:MaxConcurrentTakesPerNode=1");
        await server!.PostAsync("/api/v1/offload/pause");
        // The shortest is taken first, wherever the node lists it.
        for (var n = 0; n < Sessions; n++)
        {
            node.Add(SampleTake.Mp4(payloadBytes: n == Sessions - 1 ? 1000 : 5000, seed: n), $"MANY_{n:D2}", "CAM_C");
        }

        await Eventually.HoldsAsync(async () => (await StatusAsync())["transfers"]!.AsArray().Count == Sessions);
        Assert.Equal((20, Sessions - 20), await ListedAsync());
        Assert.Equal(5, (await server.GetAsync("/api/v1/sessions?limit=5")).Body["sessions"]!.AsArray().Count);

        var released = new TaskCompletionSource();
        node.BeforeRange = _ => released.Task;
        await server.PostAsync("/api/v1/offload/resume");
        await Eventually.HoldsAsync(async () => (int)(await StatusAsync())["pulling"]! == 1);
        var first = (await server.GetAsync("/api/v1/sessions?limit=1")).Body["sessions"]![0]!;
        Assert.Equal("pulling", (string)first["takes"]![0]!["status"]!);
        Assert.Equal($"MANY_{Sessions - 1}", (string)first["session_id"]!);

        released.SetResult();
        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
        Assert.Equal((20, 0), await ListedAsync());

        async Task<(int Sessions, int Waiting)> ListedAsync()
        {
            var view = await server.Services.GetRequiredService<StatusReader>().ServerAsync(20, CancellationToken.None);
            return (view.Sessions.Count, view.WaitingSessions);
        }
    }

    [Fact]
    public async Task A_retry_does_not_wait_and_an_unknown_take_is_named()
    {
        node.Add(SampleTake.Mp4(), Session, "CAM_C");
        node.FlipBits = true;
        await StartServerAsync("--Rig:Pull:RetryDelay=01:00:00", "--Rig:Pull:MaxRetryDelay=01:00:00");
        await Eventually.HoldsAsync(async () => (int)(await StatusAsync())["failed"]! == 1);
        node.FlipBits = false;
        var unknown = await server!.PostJsonAsync("/api/v1/offload/retry", new { recording_id = Session + "_CAM_R" });
        Assert.Equal(404, unknown.Status);
        Assert.Contains("CAM_R", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(400, (await server!.PostJsonAsync("/api/v1/offload/retry", new { recording_id = "../x" })).Status);
        Assert.Equal(1, (int)(await server.PostAsync("/api/v1/offload/retry")).Body["retrying"]!);
        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
    }

    [Fact]
    public async Task A_verification_reads_every_byte_and_names_what_is_damaged()
    {
        var (left, right) = (SampleTake.Mp4(seed: 1), SampleTake.Mp4(seed: 2));
        await StartServerAsync();
        await server!.UploadAsync(SampleTake.Form(left, camera: "CAM_L"));
        await server.UploadAsync(SampleTake.Form(right, camera: "CAM_R"));
        var path = folder.File("sessions", Session, "CAM_R", "recording.mp4");
        right[^1] ^= 1;
        await File.WriteAllBytesAsync(path, right);

        var reply = await server.PostJsonAsync("/api/v1/offload/verify", new { session_id = Session });
        Assert.Equal((200, 1, 1), (reply.Status, (int)reply.Body["verified"]!, (int)reply.Body["damaged"]!));
        var damaged = Assert.Single(reply.Body["takes"]!.AsArray(), take => !(bool)take!["verified"]!)!;
        Assert.Equal(Session + "_CAM_R", (string)damaged["recording_id"]!);
        Assert.Equal(404, (await server.PostJsonAsync("/api/v1/offload/verify", new { session_id = "GAME_20200101_000000" })).Status);
        Assert.Equal(400, (await server.PostJsonAsync("/api/v1/offload/verify", new { session_id = "../.." })).Status);
    }

    [Fact]
    public async Task Parts_of_takes_that_are_held_or_long_forgotten_are_swept_and_others_stay()
    {
        var file = SampleTake.Mp4();
        await StartServerAsync();
        await server!.UploadAsync(SampleTake.Form(file));
        var temp = folder.File("temp");
        var held = Path.Combine(temp, $"pull-{Session}_CAM_C-{SampleTake.Sha256(file)[..16]}.part");
        var other = Path.Combine(temp, $"pull-{Session}_CAM_C-{new string('a', 16)}.part");
        var old = Path.Combine(temp, $"pull-{Session}_CAM_L-{new string('b', 16)}.part");
        var strange = Path.Combine(temp, "pull-.part");
        foreach (var path in new[] { held, other, old, strange })
        {
            await File.WriteAllBytesAsync(path, [1, 2, 3]);
        }

        File.SetLastWriteTimeUtc(old, DateTime.UnixEpoch);
        Assert.Equal(2, await server.Services.GetRequiredService<PartSweep>().RunAsync(CancellationToken.None));
        Assert.Equal(new[] { other, strange }.Order(StringComparer.Ordinal), Directory.EnumerateFiles(temp, "pull-*.part").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_servers_with_one_storage_bring_each_take_once()
    {
        for (var take = 1; take <= 40; take++)
        {
            node.Add(SampleTake.Mp4(seed: take), Session, "CAM_C", take);
        }

        await StartServerAsync("--Rig:Pull:MaxConcurrentTakesPerNode=3", "--Rig:Pull:RetryDelay=00:00:00.050");
        await using var second = await IngestServer.StartAsync(
            folder, database, ScriptedStages.Register, "--Rig:Nodes:0=" + node.Url, "--Rig:Pull:PollInterval=00:00:00.050", "--Rig:Pull:MaxConcurrentTakesPerNode=3", "--Rig:Pull:RetryDelay=00:00:00.050");
        for (var take = 41; take <= 100; take++)
        {
            node.Add(SampleTake.Mp4(seed: take), Session, "CAM_C", take);
        }

        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
        Assert.Equal(100, node.Downloads);
        Assert.Equal(100, server!.Files("sessions").Count(file => Path.GetFileName(file) == "recording.mp4"));
    }

    [Fact]
    public async Task A_dead_servers_take_is_left_alone_for_its_lease_and_then_taken_up_at_its_byte()
    {
        var file = SampleTake.Mp4(payloadBytes: 3_000_000);
        node.Add(file, Session, "CAM_C");
        var (pull, take) = await PullAndTakeAsync("--Rig:Pull:RetryDelay=00:00:00.050");
        await File.WriteAllBytesAsync(folder.File("temp", $"pull-{take.Id}-{take.Sha256[..16]}.part"), file[..1_000_000]);
        await using var data = Npgsql.NpgsqlDataSource.Create(database);
        await using var lease = data.CreateCommand($"INSERT INTO ingest.take_leases VALUES ('{Session}', 'CAM_C', 1, 'the dead', clock_timestamp() + interval '1 hour')");
        await lease.ExecuteNonQueryAsync();
        await Assert.ThrowsAsync<TakenElsewhereException>(() => pull.FetchAsync(take, new TransferProgress(TimeProvider.System), materializer, CancellationToken.None));
        Assert.Equal(0, node.Downloads);
        await StopServerAsync();

        await StartServerAsync("--Rig:Pull:RetryDelay=00:00:00.050");
        await Eventually.HoldsAsync(async () => (int)(await StatusAsync())["waiting"]! == 1);
        await using var runsOut = data.CreateCommand("UPDATE ingest.take_leases SET lease_until = clock_timestamp() - interval '1 second'");
        await runsOut.ExecuteNonQueryAsync();
        await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);
        Assert.All(node.RangesFrom, from => Assert.True(from >= 1_000_000, $"Byte {from} was here before."));
        Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
    }

    private async Task<JsonObject> StatusAsync() => (await server!.GetAsync("/api/v1/offload/status")).Body;

    private async Task StartServerAsync(params string[] settings) => server = await IngestServer.StartAsync(
        folder, database, ScriptedStages.Register, ["--Rig:Nodes:0=" + node.Url, "--Rig:Pull:PollInterval=00:00:00.050", .. settings]);

    /// <summary>A server that polls nobody, and its pull to be driven by hand.</summary>
    private async Task<(TakePull Pull, RemoteTake Take)> PullAndTakeAsync(params string[] settings)
    {
        server = await IngestServer.StartAsync(folder, database, ScriptedStages.Register, settings);
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
