using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Rig.Simulation.Scenarios;

namespace Rig.Simulation.Runner;

/// <summary>Runs seeds of the simulation's invariant sets: one with its trace, very many, or what every run of the tests shows.</summary>
internal static class SimulateCommand
{
    private const int MaxReported = 20;

    public static int Run(string[] args)
    {
        var set = new Option<string>("--set") { Description = "Which rules; all sets without it. match: 90 minutes of the session rules." };
        set.AcceptOnlyFromAmong([.. InvariantSets.All.Append(InvariantSets.Match).Select(one => one.Name)]);
        var seed = new Option<int?>("--seed") { Description = "Run this one seed and print what happens in it." };
        var from = new Option<int>("--from") { Description = "First of many seeds.", DefaultValueFactory = _ => 1 };
        var count = new Option<int>("--count") { Description = "How many seeds of each set.", DefaultValueFactory = _ => 200 };
        var bug = new Option<string?>("--bug") { Description = "Plant this fault: " + string.Join(", ", InvariantSets.All.Select(one => $"{string.Join(", ", one.Bugs)} ({one.Name})")) + "." };
        var workers = new Option<int>("--workers") { Description = "Processes that run worlds.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var suite = new Option<bool>("--suite") { Description = "Rules, replay in another process and planted faults of each set; a line of JSON for each." };
        var root = new RootCommand("Runs the invariant sets in the simulated world. Exit code 1 when a rule was broken.") { set, seed, from, count, bug, workers, suite };
        root.SetAction(async (parsed, cancellationToken) =>
        {
            var planted = parsed.GetValue(bug);
            var named = parsed.GetValue(set) is { } name ? [InvariantSets.Find(name)] : InvariantSets.All;
            var sets = named.Where(one => planted is null || one.Bugs.Contains(planted)).ToList();
            if (sets.Count == 0)
            {
                await Console.Error.WriteLineAsync($"No such set knows the fault '{planted}'. See --help.");
                return 2;
            }

            using var pool = new Workers(parsed.GetValue(seed) is null ? parsed.GetValue(workers) : 1);
            if (parsed.GetValue(suite))
            {
                await new Suite(pool, parsed.GetValue(count), result => Console.WriteLine(result.ToJson())).RunAsync(sets, cancellationToken);
                return 0;
            }

            var worst = 0;
            foreach (var one in sets)
            {
                worst = Math.Max(worst, parsed.GetValue(seed) is { } single
                    ? await ReplayAsync(pool, one, single, planted, cancellationToken)
                    : await ManyAsync(pool, one, parsed.GetValue(from), parsed.GetValue(count), planted, cancellationToken));
            }

            return worst;
        });
        return root.Parse(args).Invoke();
    }

    private static async Task<int> ReplayAsync(Workers workers, InvariantSet set, int seed, string? bug, CancellationToken cancellationToken)
    {
        var outcome = await workers.RunAsync(new SeedJob(set.Name, seed, bug, Trace: true), Console.WriteLine, cancellationToken);
        Console.WriteLine(outcome);
        Console.WriteLine($"trace {outcome.Hash:x16}, {outcome.Steps} steps, {outcome.Simulated.TotalSeconds:F0} s simulated");
        return outcome.Violations.Count == 0 ? 0 : 1;
    }

    private static async Task<int> ManyAsync(Workers workers, InvariantSet set, int from, int count, string? bug, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var outcomes = await workers.RunAsync(set.Name, Enumerable.Range(from, count), bug, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        var broken = outcomes.Where(outcome => outcome.Violations.Count > 0).ToList();
        foreach (var outcome in broken.Take(MaxReported))
        {
            Console.WriteLine(outcome);
        }

        var simulated = outcomes.Sum(outcome => outcome.Simulated.TotalSeconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Name}: {count} seeds from {from}, {broken.Count} broken; {simulated:F0} s simulated in {seconds:F1} s, {simulated / seconds:F0} times real time, {outcomes.Sum(outcome => outcome.Steps) / seconds / 1e6:F2} M steps/s"));
        return broken.Count == 0 ? 0 : 1;
    }
}
