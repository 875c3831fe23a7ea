using System.Text.Json;
using Rig.Bench.Record;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Cluster;

/// <summary>Three rig-node processes on this machine's loopback network. The one that has been up longest hosts the session coordinator.</summary>
/// <param name="program">The rig-node that is run.</param>
internal sealed class ClusterOfThree(string program, string folder) : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly Dictionary<string, string> Idle = new()
    {
        ["Source"] = "pattern",
        ["Width"] = "320",
        ["Height"] = "180",
        ["Fps"] = "5",
        ["BitrateMbps"] = "1",
        ["Preset"] = "ultrafast",
    };

    private readonly (string Id, int Port, int ClusterPort)[] places = [.. new[] { "CAM_C", "CAM_L", "CAM_R" }.Select(id => (id, FreePort.Next(), FreePort.Next()))];
    private readonly Dictionary<string, BenchNode> nodes = [];

    /// <summary>Camera ids, the one that has been up longest first.</summary>
    internal List<string> ByAge { get; } = [];

    internal BenchNode this[string id] => nodes[id];

    /// <summary>All at once.</summary>
    internal async Task StartTogetherAsync()
    {
        await Task.WhenAll(places.Select(place => StartAsync(place.Id)));
        await UntilAllOnlineAsync();
    }

    /// <summary>One after the other, each when the one before is up, so that their ages are known.</summary>
    internal async Task StartInOrderAsync()
    {
        foreach (var (id, _, _) in places)
        {
            await StartAsync(id);
            ByAge.Add(id);
            await UntilOnlineAsync(ByAge.Count);
        }
    }

    internal async Task StartAsync(string id)
    {
        var place = Array.Find(places, each => each.Id == id);
        var node = await BenchNode.StartAsync(Path.Combine(folder, id), id, place.Port, place.ClusterPort, Idle, program, [.. places.Select(each => each.ClusterPort)]);
        lock (nodes)
        {
            nodes[id] = node;
        }
    }

    /// <summary>SIGKILL for the one that hosts the coordinator.</summary>
    /// <returns>The survivors.</returns>
    internal async Task<IReadOnlyList<string>> KillOldestAsync()
    {
        var id = ByAge[0];
        ByAge.RemoveAt(0);
        nodes.Remove(id, out var node);
        await node!.KillAsync();
        return [.. ByAge];
    }

    /// <summary>Starts the one that is not there again; it is then the youngest.</summary>
    internal async Task BringBackAsync()
    {
        var id = places.Select(place => place.Id).Except(ByAge).Single();
        await StartAsync(id);
        ByAge.Add(id);
        await UntilOnlineAsync(places.Length);
    }

    internal Task UntilAllOnlineAsync() => UntilOnlineAsync(places.Length);

    /// <summary>Returns when every node that runs hears from a coordinator that <paramref name="count"/> cameras report.</summary>
    private async Task UntilOnlineAsync(int count)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        foreach (var node in nodes.Values.ToList())
        {
            while (!IsOnline(await node.GetAsync("/api/v1/coordinator/status"), count))
            {
                await Task.Delay(Look, timeout.Token);
            }
        }
    }

    private static bool IsOnline(JsonElement rig, int count) =>
        rig.GetProperty("coordinator_reachable").GetBoolean()
        && rig.GetProperty("age_ms").GetDouble() < 1500
        && rig.GetProperty("summary").GetProperty("cameras_online").GetInt32() == count;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes.Values)
        {
            await node.DisposeAsync();
        }
    }
}
