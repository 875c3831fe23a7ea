using System.Collections.Concurrent;
using Rig.Tests.Engine.Remote;
using static Rig.Tests.Engine.Cluster.LoopbackCluster;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Cluster;

/// <summary>What becomes of nodes that cannot be reached.</summary>
public sealed class UnreachableNodesTests : IAsyncLifetime
{
    private readonly LoopbackCluster _cluster = new("a", "b");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_killed_node_is_downed_and_removed_by_the_others()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        var removed = new ConcurrentQueue<object>();
        ClusterOf(nodes[1]).Subscribe(nodes[1].ActorOf(Props.Create(() => new Listener(removed))), typeof(ClusterEvent.MemberRemoved));

        await _cluster.Nodes.KillAsync("a");

        await UpAsync(2, nodes[1], nodes[2]);
        await EventuallyAsync(() => removed.OfType<ClusterEvent.MemberRemoved>().Any(), "its removal is told");
        Assert.Equal(MemberStatus.Down, removed.OfType<ClusterEvent.MemberRemoved>().Single().PreviousStatus);
    }

    [Fact]
    public async Task Actors_on_a_killed_node_are_dead_to_their_watchers()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        nodes[0].ActorOf(Props.Create(() => new Listener(new ConcurrentQueue<object>())), "gateway");
        var ended = await WatchAsync(nodes[2], await FindAsync(nodes[2], nodes[0], "user/gateway"));

        await _cluster.Nodes.KillAsync("a");

        await ended.WaitAsync(Patience);
        await UpAsync(2, nodes[1], nodes[2]);
    }

    [Theory]
    [InlineData("keep-majority", "bc")]
    [InlineData("static-quorum", "bc")]
    [InlineData("keep-oldest", "a")]
    [InlineData("down-all", "")]
    public async Task Of_a_partition_the_side_that_the_strategy_names_goes_on_and_the_other_ends_itself(string strategy, string survivors)
    {
        var config = $"akka.cluster.split-brain-resolver {{ active-strategy = {strategy}, static-quorum.quorum-size = 2, keep-oldest.down-if-alone = off }}";
        var a = _cluster.Start("a", config);
        await UpAsync(1, a);
        var (b, c) = (_cluster.Start("b", config), _cluster.Start("c", config));
        await UpAsync(3, a, b, c);

        _cluster.Nodes.Cut("a", "b", "c");

        var nodes = new Dictionary<char, ActorSystem> { ['a'] = a, ['b'] = b, ['c'] = c };
        await Task.WhenAll(nodes.Where(node => !survivors.Contains(node.Key)).Select(node => node.Value.WhenTerminated)).WaitAsync(Patience);
        Assert.All(nodes.Where(node => !survivors.Contains(node.Key)), node => Assert.True(ClusterOf(node.Value).IsTerminated));
        await UpAsync(survivors.Length, [.. survivors.Select(name => nodes[name])]);
    }

    [Fact]
    public async Task A_partition_shorter_than_the_stable_time_downs_nobody()
    {
        var nodes = await _cluster.FormWithAsync("akka.cluster.split-brain-resolver.stable-after = 1 m", "a", "b", "c");
        _cluster.Nodes.Cut("a", "b", "c");
        await EventuallyAsync(() => ClusterOf(nodes[0]).State.Unreachable.Count == 2 && ClusterOf(nodes[1]).State.Unreachable.Count == 1, "both sides notice it");

        _cluster.Nodes.Heal();

        await EventuallyAsync(() => nodes.All(node => ClusterOf(node).State.Unreachable.IsEmpty), "all are reachable again");
        await UpAsync(3, nodes);
    }

    [Fact]
    public async Task While_a_member_is_unreachable_a_new_one_does_not_come_up()
    {
        var nodes = await _cluster.FormWithAsync("akka.cluster.split-brain-resolver.stable-after = 1 m", "a", "b", "c");
        _cluster.Nodes.Cut("c", "a", "b", "d");
        await EventuallyAsync(() => nodes[..2].All(node => ClusterOf(node).State.Unreachable.Count == 1), "the partition is noticed");

        var late = _cluster.Start("d", "akka.cluster.split-brain-resolver.stable-after = 1 m");

        await EventuallyAsync(() => ClusterOf(late).State is { Members.Count: 4, Unreachable.Count: 1 }, "it has joined and knows the state");
        Assert.Equal(MemberStatus.Joining, ClusterOf(late).SelfMember.Status);
        _cluster.Nodes.Heal();
        await UpAsync(4, [.. nodes, late]);
    }

    [Fact]
    public async Task A_node_that_was_downed_by_hand_ends_itself()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");

        ClusterOf(nodes[0]).Down(AddressOf(nodes[1]));

        await nodes[1].WhenTerminated.WaitAsync(Patience);
        await UpAsync(2, nodes[0], nodes[2]);
    }

    [Fact]
    public async Task Without_a_downing_strategy_a_killed_node_stays_until_it_is_downed_by_hand()
    {
        var nodes = await _cluster.FormWithAsync("akka.cluster.downing-provider-class = \"\"", "a", "b", "c");
        await _cluster.Nodes.KillAsync("a");
        await EventuallyAsync(() => nodes[1..].All(node => ClusterOf(node).State.Unreachable.Count == 1), "the killed node is noticed");
        Assert.All(nodes[1..], node => Assert.Equal(3, ClusterOf(node).State.Members.Count));

        ClusterOf(nodes[1]).Down(AddressOf(nodes[0]));

        await UpAsync(2, nodes[1], nodes[2]);
    }
}
