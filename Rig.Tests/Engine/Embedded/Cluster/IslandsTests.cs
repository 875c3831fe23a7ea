using Rig.Engine.Cluster.Membership;
using static Rig.Tests.Engine.Embedded.Cluster.Nodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

/// <summary>Two clusters where there should be one: they find out, and exactly one of them ends.</summary>
public sealed class IslandsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void One_that_joins_comes_up_only_when_it_has_heard_that_it_was_taken_in()
    {
        var admitted = Founded(0).Admit(Node(1), [], Now).Next;
        Assert.Equal(MemberStatus.Joining, admitted.Lead(1, Now).Gossip.Find(Node(1))!.Status);

        var joiner = MembershipState.Outside(Node(1)).Enter(admitted.Gossip);
        var heard = admitted.Receive(joiner.Gossip).Next.Lead(1, Now);
        Assert.Equal(MemberStatus.Up, heard.Gossip.Find(Node(1))!.Status);
    }

    [Fact]
    public void A_cluster_meets_the_one_of_a_node_that_it_took_in_and_that_never_heard_so()
    {
        // Node 1 asked to be taken in, got no answer, founded its own cluster and took node 2 in.
        var host = Founded(0).Admit(Node(1), [], Now).Next.Lead(1, Now);
        var elsewhere = Founded(1).Admit(Node(2), [], Now).Next;
        elsewhere = (elsewhere with { Gossip = elsewhere.Gossip.SeenBy(Node(2)) }).Lead(1, Now);

        Assert.Contains(Node(1).Address, host.Gossip.Strangers([Node(0).Address, Node(1).Address]));
        Assert.True(host.Gossip.GivesWayTo(elsewhere.Self, elsewhere.Gossip.Weighty().ToList()));
        Assert.False(elsewhere.Gossip.GivesWayTo(host.Self, host.Gossip.Weighty().ToList()));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    public void Of_two_clusters_exactly_one_ends(int here, int there)
    {
        var mine = GossipOf([.. Enumerable.Range(0, here).Select(n => Up(n, n + 1))]);
        var theirs = GossipOf([.. Enumerable.Range(5, there).Select(n => Up(n, n + 1))]);

        Assert.NotEqual(mine.GivesWayTo(Node(5), theirs.Weighty().ToList()), theirs.GivesWayTo(Node(0), mine.Weighty().ToList()));
    }

    [Fact]
    public void A_common_full_member_means_that_it_is_one_cluster()
    {
        var mine = GossipOf(Up(0, 1), Up(1, 2));
        var theirs = GossipOf(Up(1, 2), Up(2, 3), Up(3, 4));

        Assert.False(mine.GivesWayTo(Node(2), theirs.Weighty().ToList()));
        Assert.False(theirs.GivesWayTo(Node(0), mine.Weighty().ToList()));
    }

    private static MembershipState Founded(int number) => MembershipState.Outside(Node(number)).Found([]).Lead(1, Now);
}
