using Rig.Simulation.Scenarios.Offload;

namespace Rig.Simulation.Scenarios;

/// <summary>The sets of rules by name, each with its planted faults; for the tests and for the command that replays a seed.</summary>
internal static class InvariantSets
{
    public static readonly IReadOnlyList<InvariantSet> All =
    [
        InvariantSet.Of<WorldBug>(WorldSet.Name, WorldSet.Run),
        InvariantSet.Of<MembershipBug>(MembershipSet.Name, MembershipSet.Run),
        InvariantSet.Of<SessionBug>(SessionSet.Name, SessionSet.Run),
        InvariantSet.Of<OffloadBug>(OffloadSet.Name, OffloadSet.Run),
    ];

    /// <summary>90 minutes of the session rules; to read, and too long for many seeds in the suite.</summary>
    public static readonly InvariantSet Match = InvariantSet.Of<SessionBug>(SessionSet.MatchName, SessionSet.RunMatch);

    public static InvariantSet Find(string name) => All.Append(Match).Single(set => set.Name == name);
}

/// <summary>One set of rules.</summary>
/// <param name="Bugs">Names of faults that may be planted.</param>
/// <param name="Run">Runs a seed, with a planted fault or null; a listener gets the trace line by line.</param>
internal sealed record InvariantSet(string Name, IReadOnlyList<string> Bugs, Func<int, string?, Action<string>?, Outcome> Run)
{
    public static InvariantSet Of<TBug>(string name, Func<int, TBug, Action<string>?, Outcome> run)
        where TBug : struct, Enum =>
        new(name, Enum.GetNames<TBug>().Skip(1).ToList(), (seed, bug, listener) => run(seed, bug is null ? default : Enum.Parse<TBug>(bug), listener));
}
