using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

public sealed class TopicRegistryTests
{
    [Fact]
    public void Registries_that_exchange_lost_and_repeated_deltas_come_to_agree()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var registries = Enumerable.Range(0, 3).Select(number => TopicRegistry.Of(Node(number))).ToArray();
            for (var step = 0; step < 60; step++)
            {
                var at = random.Next(3);
                registries[at] = registries[at].SetOwn(new TopicKey($"t{random.Next(4)}", random.Next(3) == 0 ? "g" : null), random.Next(2) == 0);
                Exchange(registries, random.Next(3), random.Next(3), maxEntries: random.Next(1, 4));
            }
            for (var round = 0; round < 60; round++)
                Exchange(registries, round % 3, (round + 1 + (round / 3 % 2)) % 3, maxEntries: 2);

            var keys = registries.SelectMany(registry => registry.Buckets.Values).SelectMany(bucket => bucket.Entries.Keys).Distinct();
            Assert.All(keys, key => Assert.Single(registries.Select(registry => string.Join(",", registry.NodesWith(key).Order())).Distinct()));
            Assert.All(registries, registry => Assert.False(registry.Lacks(registries[0].Versions)));
        }
    }

    [Fact]
    public void A_delta_with_a_gap_is_not_taken_and_nobody_is_told_about_itself()
    {
        var (mine, theirs) = (TopicRegistry.Of(Node(1)), TopicRegistry.Of(Node(2)));
        var key = new TopicKey("status", null);
        var later = theirs.SetOwn(key, true).SetOwn(key, false).SetOwn(key, true);
        var gap = Assert.Single(later.DeltasFor(later.Versions.SetItem(Node(2), 2), 10));

        Assert.Same(mine, mine.Apply(gap));
        Assert.Same(later, later.Apply(gap));
    }

    private static void Exchange(TopicRegistry[] registries, int from, int to, int maxEntries)
    {
        foreach (var delta in registries[from].DeltasFor(registries[to].Versions, maxEntries))
            registries[to] = registries[to].Apply(delta);
    }
}
