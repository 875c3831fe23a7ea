using System.Collections.Immutable;

namespace Rig.Engine.Cluster.Membership;

internal enum ClockOrder
{
    Same,
    Before,
    After,
    Concurrent,
}

/// <summary>Tells whether one state of the gossip was made from the other, or both apart. Source: Fidge and Mattern, 1988.</summary>
internal sealed class VectorClock
{
    public static readonly VectorClock Empty = new(ImmutableSortedDictionary<UniqueAddress, long>.Empty);

    public VectorClock(ImmutableSortedDictionary<UniqueAddress, long> counts) => Counts = counts;

    public ImmutableSortedDictionary<UniqueAddress, long> Counts { get; }

    public VectorClock Increment(UniqueAddress node) => new(Counts.SetItem(node, Counts.GetValueOrDefault(node) + 1));

    public VectorClock Merge(VectorClock other)
    {
        var merged = Counts.ToBuilder();
        foreach (var (node, count) in other.Counts)
            merged[node] = Math.Max(count, merged.GetValueOrDefault(node));
        return new VectorClock(merged.ToImmutable());
    }

    public VectorClock Without(IEnumerable<UniqueAddress> nodes) => new(Counts.RemoveRange(nodes));

    public ClockOrder CompareTo(VectorClock other)
    {
        var before = false;
        var after = false;
        foreach (var (node, count) in Counts)
        {
            var theirs = other.Counts.GetValueOrDefault(node);
            before |= count < theirs;
            after |= count > theirs;
        }
        foreach (var (node, count) in other.Counts)
            before |= count > Counts.GetValueOrDefault(node);
        return (before, after) switch
        {
            (false, false) => ClockOrder.Same,
            (true, false) => ClockOrder.Before,
            (false, true) => ClockOrder.After,
            _ => ClockOrder.Concurrent,
        };
    }
}
