namespace Rig.Tests.Simulation.Scenarios;

/// <summary>Runs many seeds, each world on one thread, as many worlds at a time as there are cores.</summary>
internal static class SeedRun
{
    /// <returns>In the order of the seeds.</returns>
    public static IReadOnlyList<Outcome> Many(InvariantSet set, IEnumerable<int> seeds, string? bug = null) =>
        seeds.AsParallel().AsOrdered().Select(seed => Run(set, seed, bug)).ToList();

    /// <summary>An exception that leaves a world is a broken rule too: something died that should not.</summary>
    public static Outcome Run(InvariantSet set, int seed, string? bug = null)
    {
        try
        {
            return set.Run(seed, bug, null);
        }
        catch (Exception e)
        {
            return new Outcome(set.Name, seed, 0, TimeSpan.Zero, 0, [e.ToString()]);
        }
    }
}
