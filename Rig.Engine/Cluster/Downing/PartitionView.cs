using Rig.Engine.Cluster.Membership;

namespace Rig.Engine.Cluster.Downing;

/// <summary>The members as one node sees them divided.</summary>
/// <param name="Side">Those that can all reach each other, this node among them unless it is itself the odd one out.</param>
/// <param name="Others">Everyone else that still counts.</param>
internal sealed record PartitionView(IReadOnlyCollection<Member> Side, IReadOnlyCollection<Member> Others)
{
    /// <summary>
    /// Whether no two members of different sides are said to reach each other. While it is not so, single links are broken, or a cut
    /// through all of them has not been noticed by everyone yet.
    /// </summary>
    public bool IsClean { get; private init; }

    /// <summary>
    /// Those of this side that have a say: nobody there may have heard of one that is only joining here. One that is joining there counts among
    /// <see cref="Others"/>, as it may be up by now. So two sides that know different members never both go on, at the worst neither.
    /// </summary>
    public IReadOnlyCollection<Member> Voters => Side.Where(member => member.Status != MemberStatus.Joining).ToList();

    /// <summary>Whether the other view has the same members on either side.</summary>
    public bool DividesAs(PartitionView other) => Same(Side, other.Side) && Same(Others, other.Others);

    /// <summary>
    /// The nodes that are connected with <paramref name="self"/>, directly or through others. Where two of them cannot reach each other although
    /// a third reaches both, the one with more broken links is left out (of equals the younger), so that what remains can agree again.
    /// </summary>
    public static PartitionView Of(Gossip gossip, UniqueAddress self)
    {
        var trusted = gossip.Trusted();
        // Down members are decided already; Exiting ones are on their way out and block nothing.
        var counted = gossip.Members.Values.Where(member => member.Status is not (MemberStatus.Down or MemberStatus.Exiting)).ToList();
        var side = new HashSet<Member>(counted.Where(member => member.UniqueAddress == self));
        for (var grown = true; grown;)
        {
            var near = counted.Where(member => !side.Contains(member) && side.Any(inside => Linked(inside, member))).ToList();
            side.UnionWith(near);
            grown = near.Count > 0;
        }
        var connected = side.Count;
        while (side.Count > 1)
        {
            var worst = side.MaxBy(member => (side.Count(other => !Linked(member, other)), member.UpNumber, member.UniqueAddress));
            if (side.All(other => Linked(worst!, other)))
                break;
            side.Remove(worst!);
        }
        return new PartitionView(side, counted.Where(member => !side.Contains(member)).ToList()) { IsClean = side.Count == connected };

        bool Linked(Member left, Member right) =>
            trusted.Sees(left.UniqueAddress, right.UniqueAddress) && trusted.Sees(right.UniqueAddress, left.UniqueAddress);
    }

    private static bool Same(IReadOnlyCollection<Member> some, IReadOnlyCollection<Member> others) =>
        some.Select(member => member.UniqueAddress).ToHashSet().SetEquals(others.Select(member => member.UniqueAddress));
}
