using System.Collections.Immutable;
using Rig.Engine.Actor;

namespace Rig.Engine.Cluster.Membership;

/// <summary>One node's part in the membership: what it knows and what it decides. Pure; the daemon sends and schedules.</summary>
internal sealed record MembershipState(UniqueAddress Self, Gossip Gossip, ImmutableHashSet<UniqueAddress> ExitingConfirmed)
{
    public Member? SelfMember => Gossip.Find(Self);

    public bool IsMember => SelfMember is not null;

    public bool IsLeader => Gossip.LeaderSeenBy(Self) == Self;

    public bool IsConverged => Gossip.Converged(Self, ExitingConfirmed);

    public static MembershipState Outside(UniqueAddress self) => new(self, Gossip.Empty, []);

    /// <summary>Founds a cluster of one.</summary>
    public MembershipState Found(ImmutableHashSet<string> roles) =>
        this with { Gossip = Gossip.Put(new Member(Self, Member.NeverUp, MemberStatus.Joining, roles)).ChangedBy(Self) };

    /// <summary>A node asks to be taken in. A new incarnation at a known address proves that the former one is gone, and replaces it at once.</summary>
    public (MembershipState Next, bool Welcome) Admit(UniqueAddress node, ImmutableHashSet<string> roles, DateTimeOffset now)
    {
        if (SelfMember?.Status is not (MemberStatus.Up or MemberStatus.Joining) || Gossip.Tombstones.ContainsKey(node))
            return (this, false);
        if (Gossip.Find(node) is { } known)
            return (this, known.Status is not (MemberStatus.Down or MemberStatus.Exiting));
        var gossip = Gossip;
        foreach (var former in gossip.Members.Keys.Where(member => member.Address == node.Address))
            gossip = gossip.Remove(former, now);
        return (this with { Gossip = gossip.Put(new Member(node, Member.NeverUp, MemberStatus.Joining, roles)).ChangedBy(Self) }, true);
    }

    /// <summary>Taken in: the gossip that came with the welcome is the state from now on.</summary>
    public MembershipState Enter(Gossip gossip) => gossip.Find(Self) is null ? this : this with { Gossip = gossip.SeenBy(Self) };

    /// <summary>Takes in what another member knows. <c>TalkBack</c>: the sender lacks something that this node knows.</summary>
    public (MembershipState Next, bool TalkBack) Receive(Gossip theirs)
    {
        var mine = Gossip;
        var order = mine.Version.CompareTo(theirs.Version);
        if (order == ClockOrder.Same && !SameContent(mine, theirs))
        {
            // Clocks of removed members are cut off, so that, rarely, two states that were made apart carry one clock.
            return (this with { Gossip = mine.Merge(theirs).ChangedBy(Self) }, true);
        }
        switch (order)
        {
            case ClockOrder.Same:
                var seen = mine.SeenByAll(theirs.Seen).SeenBy(Self);
                return (this with { Gossip = seen }, !seen.Seen.IsSubsetOf(theirs.Seen));
            case ClockOrder.After:
                return (this, true);
            case ClockOrder.Before:
                return (this with { Gossip = theirs.SeenBy(Self) }, true);
            default:
                return (this with { Gossip = mine.Merge(theirs).SeenBy(Self) }, true);
        }
    }

    public MembershipState Leave(Address address) =>
        Change(address, member => member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up, MemberStatus.Leaving);

    public MembershipState Down(Address address) =>
        Change(address, member => member.Status is not MemberStatus.Down, MemberStatus.Down);

    /// <summary>This node's own observation of others.</summary>
    public MembershipState Observe(IReadOnlyDictionary<UniqueAddress, bool> reachable)
    {
        var table = Gossip.Reachability;
        foreach (var (node, isReachable) in reachable)
        {
            if (node != Self && Gossip.Find(node) is not null)
                table = table.Set(Self, node, isReachable);
        }
        return table == Gossip.Reachability ? this : this with { Gossip = (Gossip with { Reachability = table }).ChangedBy(Self) };
    }

    public MembershipState Confirm(UniqueAddress exited) =>
        Gossip.Find(exited) is { Status: MemberStatus.Exiting } && !ExitingConfirmed.Contains(exited) ? this with { ExitingConfirmed = ExitingConfirmed.Add(exited) } : this;

    /// <summary>The leader's actions, if this node leads and all agree.</summary>
    public MembershipState Lead(int minMembers, DateTimeOffset now)
    {
        if (!IsLeader || !IsConverged)
            return this;
        var next = Gossip.Lead(Self, ExitingConfirmed, minMembers, now);
        return next == Gossip ? this : this with { Gossip = next, ExitingConfirmed = ExitingConfirmed.Where(node => next.Find(node) is not null).ToImmutableHashSet() };
    }

    private MembershipState Change(Address address, Func<Member, bool> applies, MemberStatus status)
    {
        var gossip = Gossip;
        foreach (var member in Gossip.Members.Values.Where(member => member.Address == address && applies(member)))
            gossip = gossip.Put(member.With(status));
        return gossip == Gossip ? this : this with { Gossip = gossip.ChangedBy(Self) };
    }

    private static bool SameContent(Gossip left, Gossip right) =>
        left.Members.Count == right.Members.Count
        && left.Members.Values.All(member => right.Find(member.UniqueAddress) is { } other && other.Status == member.Status && other.UpNumber == member.UpNumber)
        && left.Reachability.Rows.Count == right.Reachability.Rows.Count
        && left.Reachability.Rows.All(row => right.Reachability.Rows.TryGetValue(row.Key, out var other) && other.Version == row.Value.Version);
}
