using System.Collections.Immutable;

namespace Rig.Engine.Cluster.Membership;

/// <summary>What subscribers are told: the difference between two states.</summary>
internal static class MembershipEvents
{
    public static List<ClusterEvent.IClusterDomainEvent> Between(Gossip before, Gossip after, UniqueAddress self)
    {
        var events = new List<ClusterEvent.IClusterDomainEvent>();
        // Of itself a node hears last: whoever acts when this node is up (a singleton's manager) must know all others by then.
        foreach (var member in after.Members.Values.OrderBy(member => member.UniqueAddress == self))
        {
            if (before.Find(member.UniqueAddress)?.Status != member.Status && ForStatus(member) is { } changed)
                events.Add(changed);
        }
        foreach (var gone in before.Members.Values.Where(member => !after.Members.ContainsKey(member.UniqueAddress)))
        {
            // A member that vanishes without having been Exiting was replaced by its next incarnation, or downed in a state this node never saw.
            var previous = gone.Status == MemberStatus.Exiting ? MemberStatus.Exiting : MemberStatus.Down;
            events.Add(new ClusterEvent.MemberRemoved(gone.With(MemberStatus.Removed), previous));
        }

        var unreachableBefore = UnreachableFor(before, self);
        var unreachableAfter = UnreachableFor(after, self);
        events.AddRange(unreachableAfter.Where(member => !unreachableBefore.Contains(member)).Select(member => new ClusterEvent.UnreachableMember(member)));
        events.AddRange(unreachableBefore
            .Where(member => !unreachableAfter.Contains(member) && after.Find(member.UniqueAddress) is not null)
            .Select(member => new ClusterEvent.ReachableMember(after.Find(member.UniqueAddress)!)));

        if (before.Reachability != after.Reachability)
            events.Add(ClusterEvent.ReachabilityChanged.Instance);

        var leader = after.LeaderSeenBy(self);
        if (before.LeaderSeenBy(self) != leader)
            events.Add(new ClusterEvent.LeaderChanged(leader?.Address));
        return events;
    }

    public static ClusterEvent.CurrentClusterState Snapshot(Gossip gossip, UniqueAddress self)
    {
        var roleLeaders = gossip.Members.Values
            .SelectMany(member => member.Roles)
            .Distinct()
            .Select(role => (Role: role, Leader: gossip.LeaderSeenBy(self, role)))
            .Where(entry => entry.Leader is not null)
            .ToImmutableDictionary(entry => entry.Role, entry => entry.Leader!.Address);
        return new ClusterEvent.CurrentClusterState(
            [.. gossip.Members.Values],
            UnreachableFor(gossip, self),
            gossip.Seen.Select(node => node.Address).ToImmutableHashSet(),
            gossip.LeaderSeenBy(self)?.Address,
            roleLeaders);
    }

    public static ImmutableHashSet<Member> UnreachableFor(Gossip gossip, UniqueAddress self) => gossip.Trusted().AllUnreachable
        .Where(node => node != self)
        .Select(gossip.Find)
        .OfType<Member>()
        .ToImmutableHashSet();

    private static ClusterEvent.MemberStatusChange? ForStatus(Member member) => member.Status switch
    {
        MemberStatus.Joining => new ClusterEvent.MemberJoined(member),
        MemberStatus.Up => new ClusterEvent.MemberUp(member),
        MemberStatus.Leaving => new ClusterEvent.MemberLeft(member),
        MemberStatus.Exiting => new ClusterEvent.MemberExited(member),
        MemberStatus.Down => new ClusterEvent.MemberDowned(member),
        _ => null,
    };
}
