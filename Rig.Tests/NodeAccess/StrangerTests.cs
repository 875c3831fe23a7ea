using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Rig.Hosting.Access;
using Rig.Hosting.Trust;
using Rig.Rehearsal.Demo;
using Rig.Tests.Faults;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.NodeAccess;

/// <summary>What a stranger in the rig's Wi-Fi once could do, and a parent who only films, against a real node process.</summary>
public sealed class StrangerTests : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-strangers");
    private readonly TcpListener trap = new(IPAddress.Loopback, 0);
    private readonly TakeBench bench;
    private NodeProcess node = null!;
    private string trapUrl = "";

    public StrangerTests() => bench = new TakeBench(folder);

    private string ConfigPath => folder.File("data", "config.json");

    public async Task InitializeAsync()
    {
        trap.Start();
        trapUrl = $"http://{trap.LocalEndpoint}";
        node = NodeProcess.Start(bench.Storage, ConfigPath);
        await node.UntilReadyAsync();
    }

    public Task DisposeAsync()
    {
        node.Dispose();
        trap.Dispose();
        folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Nobody_but_an_owner_makes_the_node_fetch_a_program_or_send_what_it_has_elsewhere()
    {
        foreach (var (caller, refusal) in Callers())
        {
            using var client = caller;
            await RefusedAsync(client, refusal, "/api/v1/config", new { update = new { releases_url = trapUrl } });
            await RefusedAsync(client, refusal, "/api/v1/config", new { offload = new { server_url = trapUrl } });
            await RefusedAsync(client, refusal, "/api/v1/config", new { guards = new { clock = "ignore" } });
            await RefusedAsync(client, refusal, "/api/v1/update/apply", new { });
        }

        using var rebound = Client(null);
        rebound.DefaultRequestHeaders.Host = "evil.example";
        await RefusedAsync(rebound, HttpStatusCode.MisdirectedRequest, "/api/v1/config", new { update = new { releases_url = trapUrl } });
        Assert.False(File.Exists(ConfigPath));
        Assert.False(trap.Pending());
    }

    [Fact]
    public async Task The_only_copy_of_a_recording_stays_whoever_claims_to_have_it()
    {
        await node.PostAsync("/api/v1/record/start", new { session_id = "FINAL" });
        await node.UntilFramesAsync(15);
        var taken = await node.PostAsync("/api/v1/record/stop", new { });
        var sha256 = taken.GetProperty("checksum").GetProperty("value").GetString();
        var receipt = new { session_id = "FINAL", camera_id = "CAM_L", file = "FINAL_CAM_L.mp4", checksum = new { algo = "sha256", value = sha256 } };
        foreach (var (caller, refusal) in Callers())
        {
            using var client = caller;
            await RefusedAsync(client, refusal, "/api/v1/recordings/confirm", receipt);
            await RefusedAsync(client, refusal, "/api/v1/recordings/cleanup", new { });
            using var deleted = await client.DeleteAsync("/api/v1/recordings/FINAL_CAM_L");
            Assert.Equal(refusal, deleted.StatusCode);
            using var video = await client.GetAsync("/api/v1/recordings/FINAL_CAM_L/download");
            Assert.Equal(refusal, video.StatusCode);
        }

        // An owner who does not say that he looked cannot either, and who says so is written down.
        await RefusedAsync(node.Http, HttpStatusCode.Forbidden, "/api/v1/recordings/confirm", receipt);
        Assert.Equal(0, (await node.PostAsync("/api/v1/recordings/cleanup", new { })).GetProperty("deleted_count").GetInt32());
        Assert.True(File.Exists(taken.GetProperty("file_path").GetString()));
        await node.PostAsync("/api/v1/recordings/confirm", new { receipt.session_id, receipt.camera_id, receipt.file, receipt.checksum, phrase = "I hold a copy of FINAL_CAM_L" });
        var audit = await node.Http.GetFromJsonAsync<JsonElement>("/api/v1/access/audit");
        Assert.Contains(audit.GetProperty("entries").EnumerateArray(), entry => entry.GetProperty("what").GetString() == "confirmed that FINAL_CAM_L is on the home server");
    }

    [Fact]
    public async Task A_server_address_that_an_owner_was_talked_into_gets_neither_key_nor_video()
    {
        await node.PostAsync("/api/v1/record/start", new { session_id = "FINAL" });
        await node.UntilFramesAsync(15);
        await node.PostAsync("/api/v1/record/stop", new { });
        await node.PostAsync("/api/v1/config", new { offload = new { server_url = trapUrl } });
        await node.PostAsync("/api/v1/offload/upload/all", new { });
        await Eventually.HoldsAsync(async () => (await node.Http.GetFromJsonAsync<JsonElement>("/api/v1/offload/jobs")).GetProperty("jobs")
            .EnumerateArray().Any(job => job.GetProperty("error").GetString()?.Contains("rig-node trust join", StringComparison.Ordinal) == true));
        Assert.False(trap.Pending());
    }

    [Fact]
    public async Task A_phone_that_is_not_paired_neither_stops_the_match_nor_sees_it()
    {
        await node.PostAsync("/api/v1/record/start", new { session_id = "MATCH" });
        await node.UntilFramesAsync(5);
        foreach (var (caller, refusal) in Callers().Take(2))
        {
            using var stranger = caller;
            await RefusedAsync(stranger, refusal, "/api/v1/coordinator/stop", new { });
            await RefusedAsync(stranger, refusal, "/api/v1/record/stop", new { });
            await RefusedAsync(stranger, refusal, "/api/v1/shutdown", new { force = true });
            foreach (var path in new[] { "/preview", "/preview/snapshot", "/preview/CAM_L/snapshot", "/api/v1/status", "/api/v1/events", "/api/v1/recordings" })
            {
                using var answer = await stranger.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                Assert.Equal(refusal, answer.StatusCode);
            }
        }

        var seen = (await node.UntilFramesAsync(0)).GetProperty("recording").GetProperty("frames").GetInt32();
        await node.UntilFramesAsync(seen + 10);
        using var filming = Client(NodeDevice.Pair(ConfigPath, Roles.Operator));
        using var stopped = await filming.PostAsJsonAsync("/api/v1/record/stop", new { });
        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
    }

    [Fact]
    public async Task At_the_box_a_program_is_paired_and_everything_is_taken_back()
    {
        var cookie = await PairAsync("--device", "collector", "--role", "operator");
        using var program = Client($"rig_device={cookie.Trim()}");
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/status")).StatusCode);

        var printed = await PairAsync("--reset");
        var pin = printed.Split('\n').Single(line => line.StartsWith("PIN", StringComparison.Ordinal))[3..].Trim();
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/status")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await node.Http.GetAsync("/api/v1/status")).StatusCode);
        using var phone = Client(null);
        using var paired = await phone.PostAsJsonAsync("/api/v1/pairing", new { pin });
        Assert.Equal(Roles.Owner, (await paired.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("device").GetProperty("role").GetString());
    }

    /// <summary>Nobody known, somebody who calls himself a machine, and a paired phone that only films; with the answer that each gets.</summary>
    private IEnumerable<(HttpClient Client, HttpStatusCode Refusal)> Callers()
    {
        yield return (Client(null), HttpStatusCode.Unauthorized);
        var machine = Client(null);
        machine.DefaultRequestHeaders.Add(MachineHttp.PlainMachineHeader, Roles.Server);
        yield return (machine, HttpStatusCode.Unauthorized);
        yield return (Client(NodeDevice.Pair(ConfigPath, Roles.Operator)), HttpStatusCode.Forbidden);
    }

    private HttpClient Client(string? cookie)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = node.Http.BaseAddress, Timeout = NodeProcess.Timeout };
        if (cookie is not null)
        {
            client.DefaultRequestHeaders.Add("Cookie", cookie);
        }

        return client;
    }

    private Task<string> PairAsync(params string[] arguments) => DemoProcess.RunAsync(
        "rig-node", ["pair", .. arguments, $"--Rig:Node:ConfigPath={ConfigPath}"], new Dictionary<string, string>(), folder.Path, null, CancellationToken.None);

    private static async Task RefusedAsync(HttpClient client, HttpStatusCode refusal, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        Assert.Equal(refusal, answer.StatusCode);
    }
}
