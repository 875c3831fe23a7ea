using System.Diagnostics;
using System.Globalization;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Record;

/// <summary>Downloads a finished take again and again at full speed while the same node records, beside the same recording alone.</summary>
internal static class DownloadBench
{
    private const int Connections = 2;

    internal static async Task<int> RunAsync(int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var camera = new Dictionary<string, string> { ["Source"] = "pattern", ["Width"] = "1280", ["Height"] = "720", ["Fps"] = "30", ["BitrateMbps"] = "6", ["Preset"] = "ultrafast" };
            await using var node = await BenchNode.StartAsync(folder, "CAM_C", FreePort.Next(), FreePort.Next(), camera);
            var (alone, id) = await RecordAsync(node, "ALONE", seconds, () => Task.FromResult(0L));
            using var stop = new CancellationTokenSource();
            var clock = Stopwatch.StartNew();
            long bytes = 0;
            var (loaded, _) = await RecordAsync(node, "LOADED", seconds, async () =>
            {
                stop.CancelAfter(TimeSpan.FromSeconds(seconds));
                await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        Interlocked.Add(ref bytes, await node.DownloadAsync($"/api/v1/recordings/{id}/download", CancellationToken.None));
                    }
                }));
                return bytes;
            });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"download-while-recording: {loaded.Dropped} frames dropped of {loaded.Frames} while {bytes / 1e6 / clock.Elapsed.TotalSeconds:0} MB/s were downloaded (goal 0); alone {alone.Dropped} of {alone.Frames}"));
            return loaded.Dropped == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<((long Frames, long Dropped) Take, string Id)> RecordAsync(BenchNode node, string session, int seconds, Func<Task<long>> meanwhile)
    {
        await node.PostAsync("/api/v1/record/start", new { session_id = session });
        await Task.WhenAll(meanwhile(), Task.Delay(TimeSpan.FromSeconds(seconds)));
        var stopped = await node.PostAsync("/api/v1/record/stop");
        return ((stopped.GetProperty("frames").GetInt64(), stopped.GetProperty("dropped_frames").GetInt64()), stopped.GetProperty("recording_id").GetString()!);
    }
}
