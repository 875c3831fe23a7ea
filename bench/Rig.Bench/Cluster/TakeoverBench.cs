using System.Diagnostics;
using System.Globalization;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Cluster;

/// <summary>
/// Three camera nodes with the product's cluster settings beside the same three with Akka.NET's defaults: how long until all are up from
/// cold, how long an order takes through the session coordinator, and how long nobody answers after its host was killed.
/// </summary>
internal static class TakeoverBench
{
    private const int Colds = 5;
    private const int Orders = 200;
    private const string Order = "/api/v1/coordinator/sessions";

    private static readonly TimeSpan Asking = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // What makes three nodes one cluster at all; every time is Akka.NET's own.
    private const string Defaults = """
        akka {
          actor {
            provider = cluster
            serializers {
              akka-misc = "Rig.Actors.Wire.AkkaMiscMessages, Rig.Actors"
              akka-system-msg = "Rig.Actors.Wire.AkkaSystemMessages, Rig.Actors"
              akka-containers = "Rig.Actors.Wire.AkkaSelectionMessages, Rig.Actors"
            }
          }
          cluster {
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver.keep-majority.role = camera
          }
        }
        """;

    /// <param name="kills">Of the product's settings.</param>
    /// <param name="defaultKills">Of Akka.NET's defaults; one takes three quarters of a minute.</param>
    internal static async Task<int> RunAsync(int kills, int defaultKills)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var program = Programs.Find("rig-node");
            await MeasureAsync("Rig", program, Path.Combine(folder, "rig"), kills);
            if (defaultKills > 0)
            {
                await MeasureAsync("defaults", WithDefaults(program, Path.Combine(folder, "program")), Path.Combine(folder, "defaults"), defaultKills);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string settings, string program, string folder, int kills)
    {
        var cold = new List<double>();
        for (var n = 0; n < Colds; n++)
        {
            var clock = Stopwatch.StartNew();
            await using var three = new ClusterOfThree(program, Path.Combine(folder, $"cold-{n}"));
            await three.StartTogetherAsync();
            cold.Add(clock.Elapsed.TotalSeconds);
        }

        await using var rig = new ClusterOfThree(program, Path.Combine(folder, "kills"));
        await rig.StartInOrderAsync();
        Say(settings, "all up from cold, s", cold);

        var trips = new List<double>();
        for (var n = -Orders / 10; n < Orders; n++)
        {
            var clock = Stopwatch.StartNew();
            await rig[rig.ByAge[^1]].GetAsync(Order);
            if (n >= 0)
            {
                trips.Add(clock.Elapsed.TotalMilliseconds);
            }
        }

        Say(settings, "an order's round trip, ms", trips);

        var silences = new List<double>();
        for (var n = 0; n < kills; n++)
        {
            var survivors = await rig.KillOldestAsync();
            silences.Add(await SilenceAsync(rig, survivors));
            await rig.BringBackAsync();
        }

        Say(settings, "answered after SIGKILL, s", silences);
    }

    /// <summary>Asks every 100 ms, each question on its own, since one may be lost with the host.</summary>
    /// <returns>Seconds until each survivor had an answer from a coordinator.</returns>
    private static async Task<double> SilenceAsync(ClusterOfThree rig, IReadOnlyList<string> survivors)
    {
        var clock = Stopwatch.StartNew();
        var answered = await Task.WhenAll(survivors.Select(async survivor =>
        {
            using var done = new CancellationTokenSource(Limit);
            var first = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            while (!first.Task.IsCompleted)
            {
                _ = AskAsync(rig, survivor, clock, first);
                await Task.WhenAny(first.Task, Task.Delay(Asking, done.Token));
                done.Token.ThrowIfCancellationRequested();
            }

            return await first.Task;
        }));
        return answered.Max().TotalSeconds;
    }

    private static async Task AskAsync(ClusterOfThree rig, string survivor, Stopwatch clock, TaskCompletionSource<TimeSpan> first)
    {
        try
        {
            await rig[survivor].GetAsync(Order);
            first.TrySetResult(clock.Elapsed);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Nobody answered this one.
        }
    }

    /// <returns>A copy of the program that has Akka.NET's own times.</returns>
    private static string WithDefaults(string program, string folder)
    {
        var from = Path.GetDirectoryName(program)!;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        File.WriteAllText(Path.Combine(folder, "hocon", "cluster.conf"), Defaults);
        return Path.Combine(folder, Path.GetFileName(program));
    }

    private static void Say(string settings, string what, List<double> values) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"takeover: {settings,-8} {what,-26} median {At(values, 0.5):0.0}  p95 {At(values, 0.95):0.0}  max {values.Max():0.0}  of {values.Count}"));

    private static double At(List<double> values, double quantile) => values.Order().ElementAt((int)Math.Min(values.Count - 1, Math.Ceiling(quantile * values.Count) - 1));
}
