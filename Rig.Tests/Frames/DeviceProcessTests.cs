using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Rig.Rehearsal.Demo;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>A real camera process and a real home server, killed and kept from each other.</summary>
[Collection(PostgresTests.Name)]
public sealed class DeviceProcessTests(PostgresFixture postgres) : IDisposable
{
    private const string Device = "shelf-1";

    private readonly TempFolder folder = new("rig-frame-device");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Through_an_absent_server_and_kill_9_every_picture_arrives_once_and_numbers_have_no_gap()
    {
        var port = FreePort.Next();
        var database = await postgres.NewDatabaseAsync();
        var camera = StartCamera(port);
        try
        {
            // Nobody is there: the pictures wait on disk, over a kill.
            await Eventually.HoldsAsync(() => Spooled() >= 1);
            await camera.KillAsync();
            Assert.True(Spooled() >= 1);
            camera = StartCamera(port);

            await using var server = await IngestProcess.StartAsync(
                folder, database, ("Rig__Server__OlderRigsPort", $"{port}"), ("Rig__Frames__Path", folder.File("frames")), ("Rig__Frames__MinFreeSpaceGb", "0"), ("Rig__Frames__MaxRequestsPerSecond", "100"));
            await server.RunAsync(["account", "add", IngestPeople.Owner, "--owner"], IngestPeople.Password);
            using var owner = await server.SignInAsync(IngestPeople.Owner);
            using var made = await owner.PostAsJsonAsync("/api/v1/admin/devices", new { device_id = Device });
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            await File.WriteAllTextAsync(KeyFile, (string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["device_key"]!);
            using var configured = await owner.PostAsJsonAsync($"/api/v1/admin/devices/{Device}/config", new { capture_interval_s = 0.2, poll_interval_s = 0.3 });
            Assert.Equal(HttpStatusCode.OK, configured.StatusCode);
            for (var kill = 0; kill < 3; kill++)
            {
                var before = await CountAsync(database, "SELECT count(*) FROM frames.captures");
                await Eventually.HoldsAsync(async () => await CountAsync(database, "SELECT count(*) FROM frames.captures") >= before + 5);
                await camera.KillAsync();
                camera = StartCamera(port);
            }

            var last = await CountAsync(database, "SELECT max(device_seq) FROM frames.captures");
            await Eventually.HoldsAsync(async () => await CountAsync(database, "SELECT max(device_seq) FROM frames.captures") > last);
            Assert.Equal(0, await CountAsync(database, "SELECT max(device_seq) + 1 - count(*) FROM frames.captures"));
            using var device = await owner.GetAsync($"/api/v1/admin/devices/{Device}");
            Assert.NotNull((await device.Content.ReadFromJsonAsync<JsonObject>())!["device"]!["last_config_at"]);
        }
        finally
        {
            await camera.DisposeAsync();
        }
    }

    private string KeyFile => folder.File("device.key");

    private int Spooled() => Directory.Exists(folder.File("camera")) ? Directory.EnumerateFiles(folder.File("camera"), "*.frame").Count() : 0;

    private DemoProcess StartCamera(int port) => DemoProcess.Start(
        "camera",
        "rig-rehearsal",
        ["frames", "7", "3600", folder.File("began.json")],
        new Dictionary<string, string>
        {
            ["Rig__FrameDevice__DeviceId"] = Device,
            ["Rig__FrameDevice__Server"] = $"http://127.0.0.1:{port}",
            ["Rig__FrameDevice__KeyFile"] = KeyFile,
            ["Rig__FrameDevice__StatePath"] = folder.File("camera"),
            ["Rig__FrameDevice__HeartbeatInterval"] = "00:00:01",
            ["Rig__FrameDevice__RetryDelay"] = "00:00:00.1",
            ["Rig__FrameDevice__MaxRetryDelay"] = "00:00:01",
            ["Rig__Camera__Source"] = "pattern",
        },
        folder.Path);

    private static async Task<long> CountAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is long count ? count : -1;
    }
}
