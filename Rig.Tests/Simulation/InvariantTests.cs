extern alias simulation;

using simulation::Rig.Simulation.Runner;

namespace Rig.Tests.Simulation;

/// <summary>The invariant sets over many seeds, and whether they would notice anything. docs/design/simulation.md.</summary>
public sealed class InvariantTests(SimulationSuite suite) : IClassFixture<SimulationSuite>
{
    public static TheoryData<string> Sets => [.. SimulationSuite.Sets];

    public static TheoryData<string, string> PlantedFaults
    {
        get
        {
            var faults = new TheoryData<string, string>();
            foreach (var (set, bug) in SimulationSuite.Faults)
            {
                faults.Add(set, bug);
            }

            return faults;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void No_seed_breaks_a_rule(string set)
    {
        var result = suite.Find(set, part: null);
        Assert.Equal(SimulationSuite.Seeds, result.Seeds);
        Assert.True(result.Count == 0, $"{result.Count} of {result.Seeds} seeds:\n{string.Join('\n', result.Lines)}");
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_seed_gives_the_same_run_step_by_step_in_another_process_and_after_other_seeds(string set)
    {
        var result = suite.Find(set, SuiteResult.Canary);
        Assert.True(result.Count == 0, string.Join('\n', result.Lines));
    }

    [Theory]
    [MemberData(nameof(PlantedFaults))]
    public void A_planted_fault_is_caught_within_the_seeds_of_the_suite(string set, string bug) =>
        Assert.True(suite.Find(set, bug).Count > 0, $"No rule of {set} noticed {bug} in {suite.Find(set, bug).Seeds} seeds.");

    [Theory]
    [MemberData(nameof(PlantedFaults))]
    public void A_broken_rule_names_the_command_that_replays_it(string set, string bug) =>
        Assert.Contains($"scripts/simulate.sh --set {set} --seed ", string.Join('\n', suite.Find(set, bug).Lines), StringComparison.Ordinal);
}
