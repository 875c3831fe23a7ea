using System.Collections.Immutable;

namespace Rig.Engine.Cluster.Membership;

/// <summary>Who cannot reach whom. Each node writes only its own row and counts that row's versions, so the higher version of a row is always the right one.</summary>
internal sealed class Reachability
{
    public static readonly Reachability Empty = new(ImmutableDictionary<UniqueAddress, Row>.Empty);

    public Reachability(ImmutableDictionary<UniqueAddress, Row> rows) => Rows = rows;

    public ImmutableDictionary<UniqueAddress, Row> Rows { get; }

    public IEnumerable<UniqueAddress> AllUnreachable => Rows.Values.SelectMany(row => row.Unreachable).Distinct();

    public Reachability Set(UniqueAddress observer, UniqueAddress subject, bool reachable)
    {
        var row = Rows.GetValueOrDefault(observer) ?? new Row(0, []);
        if (row.Unreachable.Contains(subject) == !reachable)
            return this;
        var unreachable = reachable ? row.Unreachable.Remove(subject) : row.Unreachable.Add(subject);
        return new Reachability(Rows.SetItem(observer, new Row(row.Version + 1, unreachable)));
    }

    public bool Sees(UniqueAddress observer, UniqueAddress subject) => Rows.GetValueOrDefault(observer)?.Unreachable.Contains(subject) != true;

    public bool IsReachable(UniqueAddress subject) => Rows.Values.All(row => !row.Unreachable.Contains(subject));

    public Reachability Merge(Reachability other)
    {
        var merged = Rows.ToBuilder();
        foreach (var (observer, row) in other.Rows)
        {
            if (!merged.TryGetValue(observer, out var mine) || mine.Version < row.Version)
                merged[observer] = row;
        }
        return new Reachability(merged.ToImmutable());
    }

    /// <summary>Forgets nodes, as observers and as observed.</summary>
    public Reachability Without(ICollection<UniqueAddress> nodes)
    {
        if (nodes.Count == 0)
            return this;
        return new Reachability(Rows.RemoveRange(nodes)
            .ToImmutableDictionary(entry => entry.Key, entry => entry.Value with { Unreachable = entry.Value.Unreachable.Except(nodes) }));
    }

    /// <summary>What remains when these observers are not believed, because they are down or leaving for good.</summary>
    public Reachability WithoutObservers(IEnumerable<UniqueAddress> observers) => new(Rows.RemoveRange(observers));

    internal sealed record Row(long Version, ImmutableHashSet<UniqueAddress> Unreachable);
}
