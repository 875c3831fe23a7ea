using System.Collections.Immutable;

namespace Rig.Engine.Cluster.Membership;

/// <summary>
/// The state that the nodes agree on. Pure: every method returns the next state.
/// Members and tombstones only grow in a fixed order, so merging is commutative, associative and idempotent.
/// </summary>
internal sealed record Gossip(
    ImmutableSortedDictionary<UniqueAddress, Member> Members,
    ImmutableHashSet<UniqueAddress> Seen,
    Reachability Reachability,
    VectorClock Version,
    ImmutableDictionary<UniqueAddress, DateTimeOffset> Tombstones)
{
    /// <summary>Two members are equal whatever their status, so the dictionary must not ask them whether one replaces the other.</summary>
    public static readonly ImmutableSortedDictionary<UniqueAddress, Member> NoMembers =
        ImmutableSortedDictionary.Create<UniqueAddress, Member>(keyComparer: null, ReferenceEqualityComparer.Instance);

    public static readonly Gossip Empty = new(
        NoMembers,
        [],
        Reachability.Empty,
        VectorClock.Empty,
        ImmutableDictionary<UniqueAddress, DateTimeOffset>.Empty);

    public Member? Find(UniqueAddress node) => Members.GetValueOrDefault(node);

    /// <summary>A change made by <paramref name="author"/>: only it has seen the result.</summary>
    public Gossip ChangedBy(UniqueAddress author) => this with { Version = Version.Increment(author), Seen = [author] };

    public Gossip SeenBy(UniqueAddress node) => Seen.Contains(node) ? this : this with { Seen = Seen.Add(node) };

    public Gossip SeenByAll(IEnumerable<UniqueAddress> nodes) => this with { Seen = Seen.Union(nodes) };

    public Gossip Put(Member member) => this with { Members = Members.SetItem(member.UniqueAddress, member) };

    public Gossip Remove(UniqueAddress node, DateTimeOffset now) => this with
    {
        Members = Members.Remove(node),
        Seen = Seen.Remove(node),
        Reachability = Reachability.Without([node]),
        Version = Version.Without([node]),
        Tombstones = Tombstones.SetItem(node, now),
    };

    public Gossip WithoutTombstonesBefore(DateTimeOffset limit) => this with { Tombstones = Tombstones.RemoveRange(Tombstones.Where(entry => entry.Value < limit).Select(entry => entry.Key)) };

    public Gossip Merge(Gossip other)
    {
        var tombstones = Tombstones.ToBuilder();
        foreach (var (node, at) in other.Tombstones)
            tombstones[node] = tombstones.TryGetValue(node, out var mine) && mine > at ? mine : at;
        var removed = tombstones.ToImmutable();

        var members = NoMembers.ToBuilder();
        foreach (var member in Members.Values.Concat(other.Members.Values))
        {
            if (!removed.ContainsKey(member.UniqueAddress))
                members[member.UniqueAddress] = members.TryGetValue(member.UniqueAddress, out var known) ? StatusOrder.Later(known, member) : member;
        }
        return new Gossip(
            members.ToImmutable(),
            [],
            Reachability.Merge(other.Reachability).Without(removed.Keys.ToList()),
            Version.Merge(other.Version).Without(removed.Keys),
            removed);
    }
}
