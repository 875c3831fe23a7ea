using Rig.Tests.Ingest.Pull;

namespace Rig.Tests.Faults.HandOver;

/// <summary>Which process dies, and where.</summary>
/// <param name="OfNode">The camera node, else the home server.</param>
/// <param name="Step">One of <see cref="NodeSteps"/> or <see cref="ServerSteps"/>; null is whenever it happens to be.</param>
internal sealed record PlannedKill(bool OfNode, string? Step)
{
    public const string AnyTime = "any time";

    private const int AtAnyTime = 6;

    /// <summary>A take comes to this step more than once.</summary>
    public bool IsRepeated => Step is ServerSteps.Write or ServerSteps.Written or ServerSteps.Range or NodeSteps.Read;

    /// <summary>Every step of both before any comes again, in the order that the seed gives.</summary>
    public static IReadOnlyList<PlannedKill> Plan(int kills, int seed)
    {
        var random = new Random(seed);
        var plan = new List<PlannedKill>();
        while (plan.Count < kills)
        {
            PlannedKill[] round =
            [
                .. ServerSteps.All.Select(step => new PlannedKill(false, step)),
                .. NodeSteps.All.Select(step => new PlannedKill(true, step)),
                .. Enumerable.Range(0, AtAnyTime).Select(n => new PlannedKill(n % 2 == 0, null)),
            ];
            random.Shuffle(round);
            plan.AddRange(round);
        }

        return plan[..kills];
    }
}
