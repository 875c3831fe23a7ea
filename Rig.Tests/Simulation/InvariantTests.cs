using Rig.Tests.Simulation.Scenarios;

namespace Rig.Tests.Simulation;

/// <summary>The invariant sets over many seeds, and whether they would notice anything. docs/design/simulation.md.</summary>
public sealed class InvariantTests
{
    private const int Seeds = 500;
    private const int Batch = 20;

    /// <summary>Seeds that once broke a rule, beside the first ones.</summary>
    private static readonly Dictionary<string, int[]> Kept = new()
    {
        [MembershipSet.Name] = [],
        [SessionSet.Name] = [],
        [Scenarios.Offload.OffloadSet.Name] = [],
    };

    public static TheoryData<string> Sets => [.. InvariantSets.All.Select(set => set.Name)];

    public static TheoryData<string, string> PlantedFaults
    {
        get
        {
            var faults = new TheoryData<string, string>();
            foreach (var set in InvariantSets.All)
            {
                foreach (var bug in set.Bugs)
                {
                    faults.Add(set.Name, bug);
                }
            }

            return faults;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void No_seed_breaks_a_rule(string name)
    {
        var outcomes = SeedRun.Many(InvariantSets.Find(name), Enumerable.Range(1, Seeds).Concat(Kept[name]));
        var broken = outcomes.Where(outcome => outcome.Violations.Count > 0).ToList();
        Assert.True(broken.Count == 0, $"{broken.Count} of {outcomes.Count} seeds:\n{string.Join('\n', broken.Take(5))}");
    }

    [Theory]
    [MemberData(nameof(PlantedFaults))]
    public void A_planted_fault_is_caught_within_the_seeds_of_the_suite(string name, string bug)
    {
        var set = InvariantSets.Find(name);
        var caught = Enumerable.Range(1, Seeds).Chunk(Batch).Any(seeds => SeedRun.Many(set, seeds, bug).Any(outcome => outcome.Violations.Count > 0));
        Assert.True(caught, $"No rule of {name} noticed {bug}.");
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_seed_gives_the_same_run_step_by_step_and_another_seed_another(string name)
    {
        var set = InvariantSets.Find(name);
        var first = SeedRun.Run(set, 3);
        var again = SeedRun.Run(set, 3);
        Assert.Equal((first.Hash, first.Steps, first.Simulated), (again.Hash, again.Steps, again.Simulated));
        Assert.NotEqual(first.Hash, SeedRun.Run(set, 4).Hash);
    }

    [Fact]
    public void A_broken_rule_names_the_command_that_replays_it()
    {
        var broken = Enumerable.Range(1, Seeds)
            .Select(seed => SeedRun.Run(InvariantSets.Find(Scenarios.Offload.OffloadSet.Name), seed, nameof(Scenarios.Offload.OffloadBug.MissingFileSync)))
            .First(outcome => outcome.Violations.Count > 0);
        Assert.Contains($"scripts/simulate.sh --set offload --seed {broken.Seed}", broken.ToString(), StringComparison.Ordinal);
    }
}
