using Rig.Engine.Actor;

namespace Rig.Engine.Cluster.Membership;

/// <summary>
/// Two clusters where there should be one. They come about when the first seed starts while it is cut off and founds its own, or
/// when both sides of a network that was cut in several places went on. No gossip passes between them, so nothing else mends it.
/// </summary>
internal static class Islands
{
    /// <summary>
    /// The members that make a cluster's weight, in order. One that is Joining is none: it may never have heard that it was taken in,
    /// and belong to the other cluster.
    /// </summary>
    public static IEnumerable<UniqueAddress> Weighty(this Gossip gossip) =>
        gossip.Members.Values.Where(IsWeighty).Select(member => member.UniqueAddress).Order();

    /// <summary>Seeds that do not count here, and so may belong to another cluster, a member that is only Joining among them.</summary>
    public static IEnumerable<Address> Strangers(this Gossip mine, IEnumerable<Address> seeds) =>
        seeds.Except(mine.Weighty().Select(node => node.Address));

    /// <summary>
    /// Whether this node's cluster is to end where it cannot compare itself with the other, because each has given the other's nodes
    /// up: it does unless it is more than half of the seeds, or half with the lowest of them.
    /// </summary>
    public static bool IsLesserPart(this Gossip mine, IReadOnlyCollection<Address> seeds)
    {
        var weight = mine.Weighty().ToList();
        var lowest = seeds.Order(Comparer<Address>.Create(AddressOrder.Compare)).FirstOrDefault();
        return weight.Count * 2 < seeds.Count || (weight.Count * 2 == seeds.Count && weight.All(node => node.Address != lowest));
    }

    /// <summary>
    /// Whether this node's cluster is to end in favour of that one: the smaller does, of equals the one without the lowest address.
    /// Both sides ask, and exactly one is told yes.
    /// </summary>
    /// <param name="from">A member of the other cluster.</param>
    /// <param name="theirs">Its <see cref="Weighty"/> members.</param>
    public static bool GivesWayTo(this Gossip mine, UniqueAddress from, IReadOnlyCollection<UniqueAddress> theirs)
    {
        // One common member, and it is one cluster: the news of the rest is on its way.
        if (theirs.Count == 0 || theirs.Append(from).Any(node => mine.Find(node) is { } member && IsWeighty(member)))
            return false;
        var own = mine.Weighty().ToList();
        return own.Count == theirs.Count ? theirs.Min()!.CompareTo(own.FirstOrDefault()) < 0 : theirs.Count > own.Count;
    }

    private static bool IsWeighty(Member member) => member.Status is MemberStatus.Up or MemberStatus.Leaving;
}
