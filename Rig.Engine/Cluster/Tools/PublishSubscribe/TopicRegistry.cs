using System.Collections.Immutable;

namespace Rig.Engine.Cluster.Tools.PublishSubscribe;

/// <summary>A topic, or one group of its subscribers.</summary>
internal readonly record struct TopicKey(string Topic, string? Group);

/// <param name="Version">The owner's count when this changed last.</param>
/// <param name="Present">False when the last subscriber there is gone.</param>
internal sealed record TopicEntry(long Version, bool Present);

/// <summary>Changes of one node's topics, from one version (exclusive) to another (inclusive).</summary>
internal sealed record TopicDelta(UniqueAddress Owner, long From, long To, ImmutableDictionary<TopicKey, TopicEntry> Entries);

/// <summary>Which nodes have subscribers to what. Pure. Each node counts and changes only its own part; the others take it over by version.</summary>
internal sealed record TopicRegistry(UniqueAddress Self, ImmutableDictionary<UniqueAddress, TopicRegistry.Bucket> Buckets)
{
    public ImmutableDictionary<UniqueAddress, long> Versions => Buckets.ToImmutableDictionary(entry => entry.Key, entry => entry.Value.Version);

    public static TopicRegistry Of(UniqueAddress self) => new(self, ImmutableDictionary<UniqueAddress, Bucket>.Empty.Add(self, Bucket.Empty));

    /// <summary>Notes whether this node has subscribers; the same instance when that was known.</summary>
    public TopicRegistry SetOwn(TopicKey key, bool present)
    {
        var own = Buckets[Self];
        if ((own.Entries.GetValueOrDefault(key)?.Present ?? false) == present)
            return this;
        var version = own.Version + 1;
        return this with { Buckets = Buckets.SetItem(Self, new Bucket(version, own.Entries.SetItem(key, new TopicEntry(version, present)))) };
    }

    public IEnumerable<UniqueAddress> NodesWith(TopicKey key) =>
        Buckets.Where(bucket => bucket.Value.Entries.GetValueOrDefault(key) is { Present: true }).Select(bucket => bucket.Key);

    public IEnumerable<string> GroupsOf(string topic) => Buckets.Values
        .SelectMany(bucket => bucket.Entries)
        .Where(entry => entry.Key.Topic == topic && entry.Key.Group is not null && entry.Value.Present)
        .Select(entry => entry.Key.Group!)
        .Distinct();

    /// <summary>What someone with that knowledge lacks, oldest changes first and at most so many.</summary>
    public List<TopicDelta> DeltasFor(ImmutableDictionary<UniqueAddress, long> known, int maxEntries)
    {
        var deltas = new List<TopicDelta>();
        foreach (var (owner, bucket) in Buckets)
        {
            var from = known.GetValueOrDefault(owner);
            if (from >= bucket.Version || maxEntries <= 0)
                continue;
            var newer = bucket.Entries.Where(entry => entry.Value.Version > from).OrderBy(entry => entry.Value.Version).ToList();
            var taken = newer.Take(maxEntries).ToImmutableDictionary();
            // Entries that were forgotten since leave gaps; only a whole delta may claim the newest version.
            var to = taken.Count == newer.Count ? bucket.Version : taken.Values.Max(entry => entry.Version);
            deltas.Add(new TopicDelta(owner, from, to, taken));
            maxEntries -= taken.Count;
        }
        return deltas;
    }

    /// <summary>True if someone with that knowledge knows more than this node about anyone but itself.</summary>
    public bool Lacks(ImmutableDictionary<UniqueAddress, long> theirs) =>
        theirs.Any(entry => entry.Key != Self && entry.Value > (Buckets.GetValueOrDefault(entry.Key)?.Version ?? 0));

    /// <summary>Takes a delta over if it continues what is known; one with a gap is left for the next comparison.</summary>
    public TopicRegistry Apply(TopicDelta delta)
    {
        if (delta.Owner == Self)
            return this;
        var known = Buckets.GetValueOrDefault(delta.Owner) ?? Bucket.Empty;
        if (delta.From > known.Version || delta.To <= known.Version)
            return this;
        var entries = known.Entries.ToBuilder();
        foreach (var (key, entry) in delta.Entries)
        {
            if (!entries.TryGetValue(key, out var mine) || mine.Version < entry.Version)
                entries[key] = entry;
        }
        return this with { Buckets = Buckets.SetItem(delta.Owner, new Bucket(delta.To, entries.ToImmutable())) };
    }

    public TopicRegistry Without(UniqueAddress node) => node == Self ? this : this with { Buckets = Buckets.Remove(node) };

    /// <summary>Forgets that a topic of this node once had subscribers.</summary>
    public TopicRegistry Forget(TopicKey key)
    {
        var own = Buckets[Self];
        return own.Entries.GetValueOrDefault(key) is { Present: false } ? this with { Buckets = Buckets.SetItem(Self, own with { Entries = own.Entries.Remove(key) }) } : this;
    }

    internal sealed record Bucket(long Version, ImmutableDictionary<TopicKey, TopicEntry> Entries)
    {
        public static readonly Bucket Empty = new(0, ImmutableDictionary<TopicKey, TopicEntry>.Empty);
    }
}
