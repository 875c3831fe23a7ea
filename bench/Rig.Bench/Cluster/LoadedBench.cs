using System.Diagnostics;
using System.Globalization;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Cluster;

/// <summary>Three camera nodes record while every core is kept busy by others: no member may be missed or downed, no take may end.</summary>
internal static class LoadedBench
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <param name="burners">Busy loops beside the nodes; 0 where the machine is busy anyway.</param>
    internal static async Task<int> RunAsync(double minutes, int burners)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var busy = new List<Process>();
        try
        {
            await using var rig = new ClusterOfThree(Programs.Find("rig-node"), folder);
            await rig.StartInOrderAsync();
            await rig["CAM_C"].PostAsync("/api/v1/coordinator/start", new { session_id = "LOADED" });
            busy.AddRange(Enumerable.Range(0, burners).Select(_ => Process.Start("sh", ["-c", "while :; do :; done"])));
            var (looks, fewer) = (0, 0);
            for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalMinutes < minutes; looks++)
            {
                await Task.Delay(Look);
                var online = (await rig["CAM_C"].GetAsync("/api/v1/coordinator/status")).GetProperty("summary").GetProperty("cameras_online").GetInt32();
                fewer += online < rig.ByAge.Count ? 1 : 0;
            }

            busy.ForEach(each => each.Kill());
            await rig["CAM_C"].PostAsync("/api/v1/coordinator/stop");
            var takes = 0;
            foreach (var camera in rig.ByAge)
            {
                takes += (await rig[camera].GetAsync("/api/v1/recordings")).GetProperty("recordings").GetArrayLength();
            }

            var logs = rig.ByAge.Sum(camera => File.ReadLines(Path.Combine(folder, camera, "logs", camera + ".log")).Count(IsLoss));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"loaded: {minutes:0.#} min, {burners} busy loops on {Environment.ProcessorCount} cores: {logs} times a member was unreachable or removed (goal 0), {takes} takes (goal 3), the page showed fewer than three cameras in {fewer} of {looks} looks"));
            return logs == 0 && takes == rig.ByAge.Count ? 0 : 1;
        }
        finally
        {
            busy.Where(each => !each.HasExited).ToList().ForEach(each => each.Kill());
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>As Akka.NET's cluster daemon writes it.</summary>
    private static bool IsLoss(string line) => line.Contains("UNREACHABLE", StringComparison.Ordinal) || line.Contains("is removing unreachable", StringComparison.Ordinal);
}
