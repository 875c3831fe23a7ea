using System.Collections.Immutable;

namespace Rig.Engine.Cluster.Membership;

/// <summary>What follows from one state of the gossip: who leads, whether all agree, and what the leader does then.</summary>
internal static class Leadership
{
    /// <summary>What is known about who is unreachable, without the word of nodes that are themselves taken for dead.</summary>
    public static Reachability Trusted(this Gossip gossip) =>
        gossip.Reachability.WithoutObservers(gossip.Members.Values.Where(member => member.Status == MemberStatus.Down).Select(member => member.UniqueAddress));

    /// <summary>The lowest address among the reachable members that are Up or Leaving; while there is none, the one that is furthest on its way.</summary>
    public static UniqueAddress? LeaderSeenBy(this Gossip gossip, UniqueAddress self, string? role = null)
    {
        var trusted = gossip.Trusted();
        return gossip.Members.Values
            .Where(member => member.Status != MemberStatus.Down && (role is null || member.HasRole(role)))
            .Where(member => member.UniqueAddress == self || trusted.IsReachable(member.UniqueAddress))
            .OrderBy(member => LeaderRank(member.Status))
            .ThenBy(member => member.UniqueAddress)
            .FirstOrDefault()?.UniqueAddress;
    }

    /// <summary>
    /// True if every member that counts has seen this state. An unreachable member blocks it until it is Down (or was Exiting anyway):
    /// that is what keeps two sides of a partition from changing members apart.
    /// </summary>
    public static bool Converged(this Gossip gossip, UniqueAddress self, ImmutableHashSet<UniqueAddress> exitingConfirmed)
    {
        var blockedByUnreachable = gossip.Trusted().AllUnreachable
            .Where(node => node != self && !exitingConfirmed.Contains(node))
            .Select(gossip.Find)
            .Any(member => member is { Status: not (MemberStatus.Down or MemberStatus.Exiting) });
        return !blockedByUnreachable && gossip.Members.Values
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving)
            .All(member => gossip.Seen.Contains(member.UniqueAddress) || exitingConfirmed.Contains(member.UniqueAddress));
    }

    /// <summary>
    /// The leader's part once all agree: Joining becomes Up and Leaving becomes Exiting; Down and Exiting members that are gone are removed.
    /// Returns the same instance when there is nothing to do.
    /// One that joins and has not seen this state stays Joining: it may never have heard that it was taken in, and be in another cluster by now.
    /// </summary>
    public static Gossip Lead(this Gossip gossip, UniqueAddress self, ImmutableHashSet<UniqueAddress> exitingConfirmed, int minMembers, DateTimeOffset now)
    {
        var trusted = gossip.Trusted();
        var next = gossip;
        foreach (var member in gossip.Members.Values)
        {
            var node = member.UniqueAddress;
            var gone = exitingConfirmed.Contains(node) || !trusted.IsReachable(node);
            if (node != self && (member.Status == MemberStatus.Exiting && gone || member.Status == MemberStatus.Down && !trusted.IsReachable(node)))
                next = next.Remove(node, now);
        }

        var mayBecomeUp = gossip.Members.Values.Count(member => member.Status is not (MemberStatus.Down or MemberStatus.Exiting)) >= minMembers
            || gossip.Members.Values.Any(member => member.Status == MemberStatus.Up);
        var upNumber = gossip.Members.Values.Where(member => member.UpNumber != Member.NeverUp).Select(member => member.UpNumber).DefaultIfEmpty(0).Max();
        foreach (var member in next.Members.Values)
        {
            if (member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp && mayBecomeUp && gossip.Seen.Contains(member.UniqueAddress))
                next = next.Put(member.WithUp(++upNumber));
            else if (member.Status == MemberStatus.Leaving)
                next = next.Put(member.With(MemberStatus.Exiting));
        }
        return next.Members == gossip.Members ? gossip : next.ChangedBy(self);
    }

    private static int LeaderRank(MemberStatus status) => status switch
    {
        MemberStatus.Up or MemberStatus.Leaving => 0,
        MemberStatus.WeaklyUp => 1,
        MemberStatus.Joining => 2,
        _ => 3,
    };
}
