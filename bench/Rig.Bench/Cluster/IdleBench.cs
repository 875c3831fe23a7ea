using System.Globalization;
using Rig.Bench.Record;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Cluster;

/// <summary>
/// What three camera nodes that record nothing take of the processor: heartbeats and gossip must not eat a battery. Beside the same three of
/// another build, by turns, in one run.
/// </summary>
internal static class IdleBench
{
    private const int Rounds = 3;

    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(20);

    /// <param name="other">Path of another build's rig-node; null measures this one alone.</param>
    internal static async Task<int> RunAsync(int seconds, string? other)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var (own, others) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                own.AddRange(await MeasureAsync(Programs.Find("rig-node"), Path.Combine(folder, $"own-{round}"), seconds));
                if (other is not null)
                {
                    others.AddRange(await MeasureAsync(other, Path.Combine(folder, $"other-{round}"), seconds));
                }
            }

            Say("this build", own);
            if (other is not null)
            {
                Say("the other", others);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"idle: ratio of medians {Median(own) / Median(others):0.00}"));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>Per cent of one core for the node's own process, by camera.</returns>
    private static async Task<IReadOnlyList<double>> MeasureAsync(string program, string folder, int seconds)
    {
        await using var rig = new ClusterOfThree(program, folder);
        await rig.StartInOrderAsync();
        await Task.Delay(SettleTime);
        var before = rig.ByAge.Select(id => ProcessTree.OwnSeconds(rig[id].ProcessId)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return [.. rig.ByAge.Select((id, at) => 100 * (ProcessTree.OwnSeconds(rig[id].ProcessId) - before[at]) / seconds)];
    }

    private static void Say(string what, List<double> values) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"idle: {what,-10} {Median(values):0.00} % of a core in the median of {values.Count}, {values.Min():0.00} to {values.Max():0.00}"));

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
