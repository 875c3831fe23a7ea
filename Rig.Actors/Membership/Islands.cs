using static Rig.Domain.Messages.MembershipProtocol;

namespace Rig.Actors.Membership;

/// <summary>
/// Decides between two clusters of the same rig. They come about when the first seed node is switched on while it is cut off, or when
/// both sides of a network that was cut in several places went on. Akka.NET lets them stand beside each other forever.
/// </summary>
/// <remarks>Both sides decide alike: of two clusters exactly one gives way.</remarks>
public static class Islands
{
    /// <summary>Whether the members of <paramref name="own"/> leave it, to join <paramref name="other"/>.</summary>
    /// <param name="seeds">The rig's seed nodes in their order, the same on all nodes.</param>
    public static bool GivesWay(ClusterView own, ClusterView other, IReadOnlyList<string> seeds)
    {
        if (own.Members.Count == 0 || other.Members.Count == 0 || own.Members.Any(other.Members.Contains))
        {
            return false;
        }

        return Rank(own).CompareTo(Rank(other)) < 0;

        (int Votes, int FirstSeed, Reversed LowestAddress) Rank(ClusterView view) => (
            view.Members.Count(member => member.Votes),
            -FirstSeed(view, seeds),
            new Reversed(view.Members.Select(member => member.Address).Min(StringComparer.Ordinal)!));
    }

    /// <summary>
    /// Whether the members of <paramref name="own"/> leave it because of seed nodes that are there and say nothing: each side has given
    /// the other's nodes up, so remoting refuses every word between them until one side has started again.
    /// </summary>
    /// <param name="silent">Seed nodes outside of the cluster whose port answers and whose actors do not.</param>
    public static bool GivesWayToSilent(ClusterView own, IReadOnlyCollection<string> silent, IReadOnlyList<string> seeds)
    {
        var inside = seeds.Count(seed => own.Members.Any(member => member.Address == seed));
        return own.Members.Count > 0 && silent.Count > 0
            && (inside < silent.Count || (inside == silent.Count && FirstSeed(own, seeds) > seeds.Index().First(seed => silent.Contains(seed.Item)).Index));
    }

    /// <returns>The place of the first seed node that is a member; the number of seed nodes where none is.</returns>
    private static int FirstSeed(ClusterView view, IReadOnlyList<string> seeds) =>
        seeds.Index().Where(seed => view.Members.Any(member => member.Address == seed.Item)).Select(seed => seed.Index).DefaultIfEmpty(seeds.Count).First();

    /// <summary>The lower text is the greater value.</summary>
    private readonly record struct Reversed(string Text) : IComparable<Reversed>
    {
        public int CompareTo(Reversed other) => string.CompareOrdinal(other.Text, Text);
    }
}
