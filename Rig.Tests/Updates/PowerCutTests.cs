extern alias node;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

/// <summary>
/// The power fails before every single change of the disk, with nothing, everything or some of the unsynced surviving: the box
/// starts a whole version, and the next start of the helper brings it to a settled one.
/// </summary>
public sealed class PowerCutTests
{
    private const int Seeds = 4;

    public static TheoryData<string> Scenarios { get; } = ["update", "update that is not well", "rollback", "rollback that is not well"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task At_every_write_a_whole_version_is_left_that_starts(string scenario)
    {
        var cuts = 0;
        foreach (var (survives, seed) in Ways())
        {
            for (var at = 0; ; at++)
            {
                using var box = Box(scenario);
                if (!await IsCutAsync(box, at, () => RunAsync(box, scenario)))
                {
                    break;
                }

                cuts++;
                box.CutPower(survives, seed);
                AssertStarts(box);
                await SettlesAsync(box);
            }
        }

        Assert.True(cuts >= 60, $"Only {cuts} cuts were made.");
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_way_back_to_order_may_be_cut_as_well(string scenario)
    {
        foreach (var survives in new[] { Survives.Nothing, Survives.Everything })
        {
            for (var first = 0; ; first++)
            {
                for (var second = 0; ; second++)
                {
                    using var box = Box(scenario);
                    if (!await IsCutAsync(box, first, () => RunAsync(box, scenario)))
                    {
                        break;
                    }

                    box.CutPower(survives, first);
                    if (!await IsCutAsync(box, second, box.ResumeAsync))
                    {
                        break;
                    }

                    box.CutPower(survives, second);
                    AssertStarts(box);
                    await SettlesAsync(box);
                }

                using var whole = Box(scenario);
                if (!await IsCutAsync(whole, first, () => RunAsync(whole, scenario)))
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public async Task A_version_that_is_not_well_after_a_cut_is_given_up()
    {
        for (var at = 0; ; at++)
        {
            using var box = Box("update");
            if (!await IsCutAsync(box, at, () => RunAsync(box, "update")))
            {
                break;
            }

            box.CutPower(Survives.Everything, at);
            var (began, trusted) = (box.Runs, box.Good);
            box.Node.IsWell = () => false;
            await box.ResumeAsync();
            Assert.Equal((trusted, trusted), (box.Runs, box.Good));
            Assert.Equal(began == trusted ? 0 : 1, box.Node.Restarts);
        }
    }

    private static IEnumerable<(Survives Survives, int Seed)> Ways() =>
        Enumerable.Range(0, Seeds).Select(seed => (Survives.Some, seed)).Prepend((Survives.Everything, 0)).Prepend((Survives.Nothing, 0));

    private static BoxUnderTest Box(string scenario)
    {
        var box = scenario.StartsWith("rollback", StringComparison.Ordinal) ? BoxUnderTest.Updated() : BoxUnderTest.Running();
        box.Node.IsWell = () => !scenario.EndsWith("not well", StringComparison.Ordinal);
        return box;
    }

    private static Task<IReadOnlyList<HelperAnswer>> RunAsync(BoxUnderTest box, string scenario) =>
        scenario.StartsWith("rollback", StringComparison.Ordinal) ? box.RollbackAsync() : box.InstallAsync();

    /// <returns>False where the work was over before that change.</returns>
    private static async Task<bool> IsCutAsync(BoxUnderTest box, int at, Func<Task> work)
    {
        box.Disk.FailAt = box.Disk.Changes + at;
        try
        {
            await work();
            box.Disk.FailAt = -1;
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    private static void AssertStarts(BoxUnderTest box)
    {
        Assert.Contains(box.Runs, new[] { BoxUnderTest.Old, BoxUnderTest.New });
        Assert.Contains(box.Good, new[] { BoxUnderTest.Old, BoxUnderTest.New });
    }

    private static async Task SettlesAsync(BoxUnderTest box)
    {
        box.Node.IsWell = () => true;
        await box.ResumeAsync();
        Assert.Equal(box.Runs, box.Good);

        // What was confirmed is only cleared away by the start after it.
        await box.ResumeAsync();
        box.AssertTidy();
        if (box.Runs == BoxUnderTest.Old)
        {
            Assert.Equal(HelperWire.Switched, (await box.InstallAsync())[^1].Step);
            Assert.Equal((BoxUnderTest.New, BoxUnderTest.New), (box.Runs, box.Good));
        }
    }
}
