using System.Diagnostics;
using System.Text.Json;
using Rig.Simulation.Scenarios;

namespace Rig.Simulation.Runner;

/// <summary>
/// What every run of the tests shows: no seed of the sets breaks a rule, seeds run the same in another process and after other
/// seeds, and every planted fault is caught within them.
/// </summary>
internal sealed class Suite(Workers workers, int seeds, Action<SuiteResult> report)
{
    private const int Batch = 10;

    public async Task RunAsync(IReadOnlyList<InvariantSet> sets, CancellationToken cancellationToken)
    {
        foreach (var set in sets)
        {
            var outcomes = await RulesAsync(set, cancellationToken);
            await CanaryAsync(set, outcomes, cancellationToken);
            foreach (var bug in set.Bugs)
            {
                await PlantedAsync(set, bug, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<Outcome>> RulesAsync(InvariantSet set, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var outcomes = await workers.RunAsync(set.Name, Enumerable.Range(1, seeds), null, cancellationToken);
        var broken = outcomes.Where(outcome => outcome.Violations.Count > 0).ToList();
        report(new SuiteResult(
            set.Name, null, outcomes.Count, broken.Count, [.. broken.Take(5).Select(outcome => outcome.ToString())], outcomes.Sum(outcome => outcome.Simulated.TotalSeconds), watch.Elapsed.TotalSeconds));
        return outcomes;
    }

    private async Task CanaryAsync(InvariantSet set, IReadOnlyList<Outcome> first, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var other = new Workers(workers.Count);
        var again = await other.RunAsync(set.Name, Enumerable.Range(1, seeds).Reverse(), null, cancellationToken);
        var different = again.Where(outcome => first[outcome.Seed - 1] is var one && (one.Hash, one.Steps, one.Simulated) != (outcome.Hash, outcome.Steps, outcome.Simulated)).ToList();
        report(new SuiteResult(
            set.Name, SuiteResult.Canary, again.Count, different.Count, [.. different.Select(outcome => $"{set.Name} seed {outcome.Seed} runs otherwise in another process")], again.Sum(outcome => outcome.Simulated.TotalSeconds), watch.Elapsed.TotalSeconds));
    }

    private async Task PlantedAsync(InvariantSet set, string bug, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var tried = new List<Outcome>();
        foreach (var batch in Enumerable.Range(1, seeds).Chunk(Batch))
        {
            tried.AddRange(await workers.RunAsync(set.Name, batch, bug, cancellationToken));
            if (tried.Any(outcome => outcome.Violations.Count > 0))
            {
                break;
            }
        }

        var caught = tried.Where(outcome => outcome.Violations.Count > 0).ToList();
        report(new SuiteResult(
            set.Name, bug, tried.Count, caught.Count, [.. caught.Take(1).Select(outcome => outcome.ToString())], tried.Sum(outcome => outcome.Simulated.TotalSeconds), watch.Elapsed.TotalSeconds));
    }
}

/// <param name="Part">Null: the rules without a fault; <see cref="Canary"/>; or the planted fault.</param>
/// <param name="Seeds">That were run.</param>
/// <param name="Count">Seeds that broke a rule, or ran otherwise in the other process.</param>
/// <param name="Lines">Some of them in words.</param>
internal sealed record SuiteResult(string Set, string? Part, int Seeds, int Count, IReadOnlyList<string> Lines, double SimulatedSeconds, double Seconds)
{
    public const string Canary = "canary";

    public string ToJson() => JsonSerializer.Serialize(this);
}
