using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rig.Domain.Frames;
using Rig.Ingest.Frames;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>Many devices at once, and a server without its disk or its database.</summary>
[Collection(PostgresTests.Name)]
public sealed class FaultTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int DeviceCount = 200;

    private readonly TempFolder folder = new("rig-frames");
    private string database = "";

    public async Task InitializeAsync() => database = await postgres.NewDatabaseAsync();

    public Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Two_hundred_devices_at_once_with_duplicates_and_out_of_order_are_each_stored_exactly_once()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Security:MaxRequestsPerSecond=0");
        var table = frames.Server.Services.GetRequiredService<DeviceTable>();
        var keys = new Dictionary<string, string>();
        for (var i = 0; i < DeviceCount; i++)
        {
            keys[$"d{i}"] = (await table.AddAsync(DeviceId.Parse($"d{i}"), "one of many", CancellationToken.None))!;
        }

        long[] order = [2, 0, 0, 3, 1, 2];
        var statuses = await Task.WhenAll(keys.Select(async device =>
        {
            using var client = frames.Server.Anonymous();
            client.DefaultRequestHeaders.Add(FrameContract.KeyHeader, device.Value);
            return await Task.WhenAll(order.Select(async seq =>
            {
                var meta = FrameServer.Meta(seq);
                meta["device_id"] = device.Key;
                return (await frames.SendAsync(meta, from: client)).Status;
            }));
        }));
        Assert.All(statuses, of => Assert.Equal([200, 200, 200, 200, 409, 409], of.Order()));
        Assert.Equal(4 * DeviceCount, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
        Assert.Equal(4 * DeviceCount, await frames.CountAsync("SELECT count(*) FROM frames.jobs"));
        Assert.Equal(4 * DeviceCount, frames.Files().Count);
    }

    [Fact]
    public async Task Without_its_database_the_server_asks_to_come_again_and_then_takes_the_same_picture()
    {
        await using var frames = await FrameServer.StartAsync(folder, database);
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(0))).Status);
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        await AdministrateAsync($"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        Assert.Equal((503, "database unavailable"), await RefusalAsync(frames, 1));
        await AdministrateAsync($"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true");
        await Eventually.HoldsAsync(async () => (await frames.SendAsync(FrameServer.Meta(1))).Status is 200 or 409);
        Assert.Equal(2, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
        Assert.All(
            frames.Files(), file => Assert.Equal(FrameServer.Jpeg.Length, new FileInfo(Path.Combine(frames.FramesPath, file)).Length));
    }

    [Fact]
    public async Task A_full_disk_is_507_and_nothing_is_stored()
    {
        Directory.CreateDirectory(folder.File("frames"));
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:MinFreeSpaceGb=999999");
        Assert.Equal((507, "storage full"), await RefusalAsync(frames, 0));
        Assert.Equal(0, await frames.CountAsync("SELECT count(*) FROM frames.captures"));
        Assert.Empty(frames.Files());
    }

    [Fact]
    public async Task A_device_that_asks_too_much_is_told_to_wait()
    {
        await using var frames = await FrameServer.StartAsync(folder, database, null, "--Rig:Frames:MaxRequestsPerSecond=0.001", "--Rig:Frames:MaxRequestsAtOnce=2");
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(0))).Status);
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(1))).Status);
        Assert.Equal((429, "rate limit exceeded"), await RefusalAsync(frames, 2));
    }

    [Fact]
    public async Task A_member_of_a_cluster_analyses_by_sharded_actors()
    {
        await using var frames = await FrameServer.StartAsync(
            folder, database, null, "--Rig:Frames:Workers=1", "--Rig:Server:ClusterHost=127.0.0.1", $"--Rig:Server:ClusterPort={FreePort.Next()}");
        Assert.Equal(200, (await frames.SendAsync(FrameServer.Meta(0))).Status);
        await Eventually.HoldsAsync(async () => await frames.CountAsync("SELECT count(*) FROM frames.jobs WHERE status = 'done'") == 1);
    }

    private static async Task<(int Status, string Error)> RefusalAsync(FrameServer frames, long seq)
    {
        var (status, body) = await frames.SendAsync(FrameServer.Meta(seq));
        return (status, (string)JsonNode.Parse(body)!["error"]!);
    }

    private async Task AdministrateAsync(params string[] statements)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Database = "postgres" }.ConnectionString);
        foreach (var sql in statements)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
