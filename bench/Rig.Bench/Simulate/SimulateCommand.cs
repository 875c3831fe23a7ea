using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Rig.Tests.Simulation.Scenarios;

namespace Rig.Bench.Simulate;

/// <summary>Runs seeds of the simulation's invariant sets: one with its trace, or very many.</summary>
internal static class SimulateCommand
{
    private const int MaxReported = 20;

    public static int Run(string[] args)
    {
        var set = new Option<string>("--set") { Description = "Which rules; all sets without it. match: 90 minutes of the session rules." };
        set.AcceptOnlyFromAmong([.. InvariantSets.All.Append(InvariantSets.Match).Select(one => one.Name)]);
        var seed = new Option<int?>("--seed") { Description = "Run this one seed and print what happens in it." };
        var from = new Option<int>("--from") { Description = "First of many seeds.", DefaultValueFactory = _ => 1 };
        var count = new Option<int>("--count") { Description = "How many seeds of each set.", DefaultValueFactory = _ => 500 };
        var bug = new Option<string?>("--bug") { Description = "Plant this fault: " + string.Join(", ", InvariantSets.All.Select(one => $"{string.Join(", ", one.Bugs)} ({one.Name})")) + "." };
        var root = new RootCommand("Runs the invariant sets in the simulated world. Exit code 1 when a rule was broken.") { set, seed, from, count, bug };
        root.SetAction(parsed =>
        {
            var planted = parsed.GetValue(bug);
            var named = parsed.GetValue(set) is { } name ? [InvariantSets.Find(name)] : InvariantSets.All;
            var sets = named.Where(one => planted is null || one.Bugs.Contains(planted)).ToList();
            if (sets.Count == 0)
            {
                Console.Error.WriteLine($"No such set knows the fault '{planted}'. See --help.");
                return 2;
            }

            return parsed.GetValue(seed) is { } one
                ? sets.Select(each => Replay(each, one, planted)).Max()
                : sets.Select(each => Many(each, parsed.GetValue(from), parsed.GetValue(count), planted)).Max();
        });
        return root.Parse(args).Invoke();
    }

    private static int Replay(InvariantSet set, int seed, string? bug)
    {
        var outcome = set.Run(seed, bug, Console.WriteLine);
        Console.WriteLine(outcome);
        Console.WriteLine($"trace {outcome.Hash:x16}, {outcome.Steps} steps, {outcome.Simulated.TotalSeconds:F0} s simulated");
        return outcome.Violations.Count == 0 ? 0 : 1;
    }

    private static int Many(InvariantSet set, int from, int count, string? bug)
    {
        var watch = Stopwatch.StartNew();
        var outcomes = SeedRun.Many(set, Enumerable.Range(from, count), bug);
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
