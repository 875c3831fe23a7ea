using Rig.Engine.Cluster.Downing;
using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

public sealed class DowningTests
{
    private static readonly Member A = Up(1, 1, "camera", "center");
    private static readonly Member B = Up(2, 2, "camera");
    private static readonly Member C = Up(3, 3, "camera");
    private static readonly Member D = Up(4, 4, "ingest");

    [Fact]
    public void Of_every_split_at_most_one_side_survives_and_keep_majority_and_keep_oldest_never_lose_both()
    {
        Member[] all = [A, B, C, D];
        IDowningStrategy[] strategies = [new KeepMajority(null), new KeepMajority("camera"), new KeepOldest(true, null), new KeepOldest(false, "ingest"), new StaticQuorum(3, null), new DownAll()];
        for (var mask = 1; mask < 15; mask++)
        {
            var side = all.Where((_, place) => (mask & (1 << place)) != 0).ToList();
            var others = all.Except(side).ToList();
            foreach (var strategy in strategies)
            {
                var survivors = (strategy.Survives(side, others) ? 1 : 0) + (strategy.Survives(others, side) ? 1 : 0);
                Assert.True(survivors <= 1, $"{strategy.GetType().Name} keeps both sides of {mask}");
                Assert.True(survivors == 1 || strategy is StaticQuorum or DownAll, $"{strategy.GetType().Name} keeps no side of {mask}");
            }
        }
    }

    /// <summary>What each side knows of a member of the other differs while it joins.</summary>
    [Fact]
    public void Of_every_split_at_most_one_side_survives_also_while_members_join()
    {
        const int KnownToAll = 0, JoiningUnknownThere = 1, UpAndJoiningThere = 3; // 2: all know that it joins.
        Member[] all = [A, B, C, D];
        IDowningStrategy[] strategies = [new KeepMajority(null), new KeepMajority("camera"), new KeepOldest(true, null), new KeepOldest(false, "ingest"), new StaticQuorum(2, null)];
        for (var mask = 1; mask < 15; mask++)
        {
            for (var states = 0; states < 256; states++)
            {
                var one = Enumerable.Range(0, 4).Where(place => (mask & (1 << place)) != 0).ToList();
                var other = Enumerable.Range(0, 4).Except(one).ToList();
                foreach (var strategy in strategies)
                {
                    Assert.False(GoesOn(strategy, one, other, states) && GoesOn(strategy, other, one, states), $"{strategy.GetType().Name} keeps both sides of {mask} in {states}");
                }
            }
        }

        bool GoesOn(IDowningStrategy strategy, List<int> here, List<int> there, int states)
        {
            var others = there.Where(place => State(place, states) != JoiningUnknownThere)
                .Select(place => State(place, states) == KnownToAll ? all[place] : all[place].With(MemberStatus.Joining)).ToList();
            var side = here.Select(place => State(place, states) is KnownToAll or UpAndJoiningThere ? all[place] : all[place].With(MemberStatus.Joining)).ToList();
            // Who knows of nobody else has nothing to decide. One that only joins hosts nothing.
            var view = new PartitionView(side, others);
            return view.Voters.Count > 0 && (others.Count == 0 || strategy.Survives(view.Voters, others));
        }

        static int State(int place, int states) => (states >> (2 * place)) & 3;
    }

    [Fact]
    public void Keep_majority_decides_a_tie_by_the_lowest_address_and_counts_the_role_only()
    {
        Assert.True(new KeepMajority(null).Survives([A, C], [B, D]));
        Assert.False(new KeepMajority(null).Survives([B, D], [A, C]));
        Assert.True(new KeepMajority("camera").Survives([A, B], [C, D]));
    }

    [Fact]
    public void Keep_oldest_follows_the_oldest_unless_it_is_alone_against_two()
    {
        Assert.True(new KeepOldest(true, null).Survives([A, B], [C, D]));
        Assert.False(new KeepOldest(true, null).Survives([A], [B, C]));
        Assert.True(new KeepOldest(true, null).Survives([A], [B]));
        Assert.True(new KeepOldest(false, null).Survives([A], [B, C]));
    }

    [Fact]
    public void Static_quorum_needs_its_size_and_refuses_when_two_sides_could_reach_it()
    {
        Assert.True(new StaticQuorum(2, null).Survives([A, B], [C]));
        Assert.False(new StaticQuorum(2, null).Survives([C], [A, B]));
        Assert.False(new StaticQuorum(2, null).Survives([A, B], [C, D]));
        Assert.Throws<ArgumentException>(() => new StaticQuorum(0, null));
    }

    [Fact]
    public void A_clean_split_is_seen_the_same_from_both_sides()
    {
        var gossip = GossipOf(A, B, C).Cut(1, 3).Cut(2, 3);

        var majority = PartitionView.Of(gossip, Node(1));
        Assert.Equal([A, B], majority.Side.Order());
        Assert.Equal([C], majority.Others);
        Assert.True(majority.IsClean);
        Assert.Equal([C], PartitionView.Of(GossipOf(A, B, C).Cut(3, 1).Cut(3, 2), Node(3)).Side);
    }

    [Fact]
    public void When_only_one_link_is_broken_all_nodes_leave_out_the_same_one()
    {
        // A and B cannot hear each other; C hears both.
        var gossip = GossipOf(A, B, C).Cut(1, 2).Cut(2, 1);

        Assert.All([Node(1), Node(2), Node(3)], self => Assert.Equal([B], PartitionView.Of(gossip, self).Others));
        Assert.All([Node(1), Node(2), Node(3)], self => Assert.False(PartitionView.Of(gossip, self).IsClean));
    }

    [Fact]
    public void Members_that_are_down_or_exiting_do_not_count()
    {
        var gossip = GossipOf(A, B.With(MemberStatus.Down), C.With(MemberStatus.Exiting)).Cut(1, 2).Cut(1, 3);

        Assert.Empty(PartitionView.Of(gossip, Node(1)).Others);
    }
}
