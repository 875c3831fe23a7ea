using System.Diagnostics;
using System.Globalization;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Record;

/// <summary>Records in real time for as long as a match and longer; prints drops and memory as it goes, and checks the take at the end.</summary>
internal static class SoakBench
{
    /// <summary>Memory may settle in the first part; from then on it may grow by this.</summary>
    private const double MayGrow = 1.10;

    internal static async Task<int> RunAsync(double minutes, int width, int height, int fps)
    {
        var folder = Directory.CreateTempSubdirectory("rig-soak-").FullName;
        try
        {
            var camera = new Dictionary<string, string>
            {
                ["Source"] = "pattern",
                ["Width"] = BenchNode.Text(width),
                ["Height"] = BenchNode.Text(height),
                ["Fps"] = BenchNode.Text(fps),
                ["BitrateMbps"] = "6",
                ["Preset"] = "ultrafast",
            };
            await using var node = await BenchNode.StartAsync(folder, "CAM_C", FreePort.Next(), FreePort.Next(), camera);
            await node.PostAsync("/api/v1/record/start", new { session_id = "SOAK" });
            var every = TimeSpan.FromMinutes(Math.Clamp(minutes / 100, 0.05, 1));
            var memory = new List<double>();
            Console.WriteLine("  minute    frames  dropped    fps  memory MB    MB on disk");
            for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalMinutes < minutes;)
            {
                await Task.Delay(every);
                var status = await node.StatusAsync();
                var take = status.GetProperty("recording");
                var (_, residentMb) = ProcessTree.Read(node.ProcessId);
                memory.Add(residentMb);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {clock.Elapsed.TotalMinutes,6:0.0} {take.GetProperty("frames").GetInt64(),9} {take.GetProperty("dropped_frames").GetInt64(),8} {status.GetProperty("camera").GetProperty("encode_fps").GetDouble(),6:0.0} {residentMb,10:0.0} {take.GetProperty("size_bytes").GetInt64() / 1e6,13:0.0}"));
            }

            var stopping = Stopwatch.StartNew();
            var stopped = await node.PostAsync("/api/v1/record/stop");
            var stopMs = stopping.Elapsed.TotalMilliseconds;
            var report = StorageCheck.Run(new StorageOptions { RecordingsPath = Path.Combine(folder, "recordings"), ManifestsPath = Path.Combine(folder, "manifests") }, nodeRuns: true);
            var settled = memory.Skip(memory.Count / 4).ToList();
            var half = Math.Max(1, settled.Count / 2);
            var growth = settled.Count < 2 ? 1 : settled[^half..].Average() / settled[..half].Average();
            var dropped = stopped.GetProperty("dropped_frames").GetInt64();
            foreach (var finding in report.Findings)
            {
                Console.WriteLine($"  {finding.Path} {finding.Message}");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"soak: {minutes:0.#} min at {width}x{height}, {fps} frames a second: {stopped.GetProperty("frames").GetInt64()} frames, {dropped} dropped (goal 0); memory max {memory.Max():0} MB, later half over earlier {growth:0.000} (goal at most {MayGrow}); stopped and sealed in {stopMs:0} ms; check: {report.Findings.Count} findings"));
            return dropped == 0 && growth <= MayGrow && report.Findings.Count == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
