using System.Globalization;
using System.Text.Json;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Record;

/// <summary>Starts three nodes of one machine as a rig, again and again, and tells how far apart their first frames are.</summary>
internal static class StartSpreadBench
{
    internal static async Task<int> RunAsync(int starts)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var nodes = new List<BenchNode>();
        try
        {
            var camera = new Dictionary<string, string> { ["Source"] = "pattern", ["Width"] = "320", ["Height"] = "180", ["Fps"] = "30", ["BitrateMbps"] = "1", ["Preset"] = "ultrafast" };
            string[] ids = ["CAM_C", "CAM_L", "CAM_R"];
            var clusterPorts = ids.Select(_ => FreePort.Next()).ToArray();
            for (var i = 0; i < ids.Length; i++)
            {
                nodes.Add(await BenchNode.StartAsync(Path.Combine(folder, ids[i]), ids[i], FreePort.Next(), clusterPorts[i], camera, clusterPorts[0]));
            }

            while (!(await nodes[0].GetAsync("/api/v1/coordinator/status")).GetProperty("summary").GetProperty("all_synced").GetBoolean())
            {
                await Task.Delay(200);
            }

            var (spreads, late) = (new List<double>(), new List<double>());
            for (var n = 0; n < starts; n++)
            {
                var started = await nodes[0].PostAsync("/api/v1/coordinator/start", new { session_id = $"SPREAD_{n:0000}" });
                if (started.GetProperty("start_spread_ms").ValueKind == JsonValueKind.Number)
                {
                    spreads.Add(started.GetProperty("start_spread_ms").GetDouble());
                }

                late.AddRange(started.GetProperty("session").GetProperty("cameras").EnumerateArray()
                    .Select(c => c.GetProperty("first_frame_offset_ms")).Where(o => o.ValueKind == JsonValueKind.Number).Select(o => o.GetDouble()));
                await nodes[0].PostAsync("/api/v1/coordinator/stop");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"start-spread: {spreads.Count} of {starts} starts with all three cameras; median {At(spreads, 0.5):0.000} ms, p95 {At(spreads, 0.95):0.000} ms (goal 5), max {spreads.Max():0.000} ms; first frame after T: median {At(late, 0.5):0.000} ms, max {late.Max():0.000} ms"));
            return spreads.Count == starts ? 0 : 1;
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static double At(List<double> values, double quantile) => values.Order().ElementAt((int)Math.Min(values.Count - 1, Math.Ceiling(quantile * values.Count)));
}
