using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Rig.Rehearsal.Demo;
using Rig.Tests.Faults;
using Rig.Tests.Ingest;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

/// <summary>A real camera node films and a home server fetches it, while somebody listens between the two.</summary>
[Collection(PostgresTests.Name)]
public sealed class PullThroughProxyTests(PostgresFixture postgres) : IDisposable
{
    private readonly TempFolder folder = new("rig-pull-proxy");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_the_home_server_fetches_is_seen_by_nobody_and_what_it_confirms_counts()
    {
        var rig = new TestTrust(folder);
        var bench = new TakeBench(folder);
        var port = FreePort.Next();
        rig.Of("CAM_L");
        using var node = NodeProcess.Start(bench.Storage, folder.File("data", "config.json"), new Dictionary<string, string>
        {
            ["Trust__Directory"] = rig.FolderOf("CAM_L").Path,
            ["Trust__MachinePort"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        await node.UntilReadyAsync();
        await node.PostAsync("/api/v1/record/start", new { session_id = "SEMIFINAL" });
        await node.UntilFramesAsync(30);
        var taken = await node.PostAsync("/api/v1/record/stop", new { });
        var video = await File.ReadAllBytesAsync(taken.GetProperty("file_path").GetString()!);

        await using var proxy = new RecordingProxy(port);
        rig.Of("home");
        await using var server = await IngestServer.StartAsync(
            folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register,
            "--Rig:Trust:Directory=" + rig.FolderOf("home").Path, "--Rig:Trust:MachinePort=" + FreePort.Next(), $"--Rig:Nodes:0=https://127.0.0.1:{proxy.Port}");
        await Eventually.HoldsAsync(async () => (await node.Http.GetFromJsonAsync<JsonElement>("/api/v1/recordings?offloaded=true")).GetProperty("recordings").GetArrayLength() == 1);

        Assert.Equal(video, await File.ReadAllBytesAsync(folder.File("sessions", "SEMIFINAL", "CAM_L", "recording.mp4")));
        Assert.True(proxy.Seen.Length > video.Length);
        foreach (var secret in new[] { Encoding.ASCII.GetBytes("SEMIFINAL"), Encoding.ASCII.GetBytes(taken.GetProperty("checksum").GetProperty("value").GetString()!), video[..32], video[^32..] })
        {
            Assert.False(proxy.Saw(secret));
        }
    }
}
