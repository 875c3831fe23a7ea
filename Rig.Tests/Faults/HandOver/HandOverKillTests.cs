using System.Globalization;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Faults.HandOver;

/// <summary>
/// kill -9 of whole processes, a camera node and the home server, at every step of a hand-over. RIG_HANDOVER_KILLS and
/// RIG_HANDOVER_SEED make it longer or other (scripts/handover-kills.sh).
/// </summary>
[Collection(PostgresTests.Name)]
public sealed class HandOverKillTests(PostgresFixture postgres, ITestOutputHelper output) : IDisposable
{
    private const int Rigs = 2;

    private readonly TempFolder folder = new("rig-handover");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Whichever_process_dies_at_whichever_step_what_is_confirmed_is_there_and_every_take_comes_home()
    {
        var (kills, seed) = (Number("RIG_HANDOVER_KILLS", 40), Number("RIG_HANDOVER_SEED", 1));
        var plan = PlannedKill.Plan(kills, seed);
        var rigs = await Task.WhenAll(Enumerable.Range(0, Rigs).Select(n => KillAsync(n, plan.Where((_, at) => at % Rigs == n), unchecked((seed * Rigs) + n))));

        var counts = rigs.SelectMany(rig => rig).GroupBy(step => step.Key, (step, counts) => (Step: step, Count: counts.Sum(count => count.Value))).OrderBy(step => step.Step).ToList();
        output.WriteLine($"Killed: {string.Join(", ", counts.Select(step => $"{step.Count} x {step.Step}"))}.");
        Assert.Equal(kills, counts.Sum(step => step.Count));

        // Most die at the very step that was planned; else this would test something else than it says.
        Assert.True(counts.Where(step => step.Step != PlannedKill.AnyTime).Sum(step => step.Count) >= kills / 2, "Too few processes died at their step.");
    }

    private async Task<Dictionary<string, int>> KillAsync(int number, IEnumerable<PlannedKill> kills, int seed)
    {
        var own = Directory.CreateDirectory(folder.File($"rig-{number}")).FullName;
        await using var rig = new HandOverRig(own, await postgres.NewDatabaseAsync(), seed);
        rig.Start();
        foreach (var kill in kills)
        {
            await rig.KillAsync(kill);
        }

        await rig.FinishAsync();
        return rig.Kills;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
