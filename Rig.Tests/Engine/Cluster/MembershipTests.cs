using System.Collections.Concurrent;
using Rig.Tests.Engine.Remote;
using static Rig.Tests.Engine.Cluster.LoopbackCluster;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Cluster;

/// <summary>How nodes come, leave by themselves and come back, and what of it is told to whom.</summary>
public sealed class MembershipTests : IAsyncLifetime
{
    // Nobody is to be downed: who leaves must not need it, even where its last word was lost.
    private const string NobodyIsDowned = "akka.cluster.split-brain-resolver.stable-after = 1 m\n";

    private readonly LoopbackCluster _cluster = new("a", "b");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Three_nodes_that_start_together_form_one_cluster_with_one_leader()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");

        await EventuallyAsync(() => nodes.All(node => ClusterOf(node).State.Leader == AddressOf(nodes[0])), "all have the same leader");
        Assert.All(nodes, node => Assert.Equal(MemberStatus.Up, ClusterOf(node).SelfMember.Status));
        Assert.All(nodes, node => Assert.Empty(ClusterOf(node).State.Unreachable));
        var b = ClusterOf(nodes[0]).State.Members.Single(member => member.Address == AddressOf(nodes[1]));
        Assert.Equal(["camera", "role-b"], b.Roles.Order());
    }

    [Fact]
    public async Task Members_come_up_only_when_there_are_as_many_as_asked_for()
    {
        const string three = "akka.cluster.min-nr-of-members = 3";
        var (a, b) = (_cluster.Start("a", three), _cluster.Start("b", three));
        await EventuallyAsync(() => ClusterOf(a).State.Members.Count == 2 && ClusterOf(b).State.Members.Count == 2, "two members join");
        Assert.All(ClusterOf(a).State.Members, member => Assert.Equal(MemberStatus.Joining, member.Status));

        var c = _cluster.Start("c", three);

        await UpAsync(3, a, b, c);
    }

    [Fact]
    public async Task Subscribers_get_the_state_first_and_then_each_change()
    {
        var first = _cluster.Start("a");
        await UpAsync(1, first);
        var events = Hear(first, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        var second = _cluster.Start("b");
        await UpAsync(2, first, second);
        await _cluster.Nodes.KillAsync("b");

        await EventuallyAsync(() => events.OfType<ClusterEvent.UnreachableMember>().Any(), "the killed node is noticed");
        var state = Assert.IsType<ClusterEvent.CurrentClusterState>(events.First());
        Assert.Equal(AddressOf(first), state.Members.Single().Address);
        Assert.Equal(["MemberJoined", "MemberUp", "UnreachableMember"], events.Skip(1).Take(3).Select(change => change.GetType().Name));
    }

    [Fact]
    public async Task A_subscriber_may_get_the_state_as_the_events_that_led_to_it()
    {
        var nodes = await _cluster.FormAsync("a", "b");
        var events = new ConcurrentQueue<object>();

        ClusterOf(nodes[1]).Subscribe(
            nodes[1].ActorOf(Props.Create(() => new Listener(events))),
            ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.MemberUp));

        await EventuallyAsync(() => events.Count == 2, "both members are told of");
        Assert.Equal(nodes.Select(AddressOf), events.Cast<ClusterEvent.MemberUp>().Select(up => up.Member.Address).Order());
    }

    [Fact]
    public async Task Nothing_is_told_to_one_that_has_unsubscribed()
    {
        var first = _cluster.Start("a");
        await UpAsync(1, first);
        var events = new ConcurrentQueue<object>();
        var former = first.ActorOf(Props.Create(() => new Listener(events)));
        ClusterOf(first).Subscribe(former, typeof(ClusterEvent.IMemberEvent));
        await EventuallyAsync(() => events.Count == 1, "the state is told");

        ClusterOf(first).Unsubscribe(former);
        var others = Hear(first, typeof(ClusterEvent.IMemberEvent));
        await UpAsync(2, first, _cluster.Start("b"));

        await EventuallyAsync(() => others.OfType<ClusterEvent.MemberUp>().Any(), "the others are told");
        Assert.Single(events);
    }

    [Fact]
    public async Task A_node_that_leaves_is_removed_gracefully_and_its_system_ends()
    {
        var nodes = await _cluster.FormWithAsync(NobodyIsDowned, "a", "b", "c");
        var events = Hear(nodes[0], typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        var wasRemoved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ClusterOf(nodes[2]).RegisterOnMemberRemoved(wasRemoved.SetResult);

        ClusterOf(nodes[0]).Leave(AddressOf(nodes[2]));

        await wasRemoved.Task.WaitAsync(Patience);
        await nodes[2].WhenTerminated.WaitAsync(Patience);
        await EventuallyAsync(() => events.OfType<ClusterEvent.MemberRemoved>().Any(), "the others hear of it");
        Assert.Equal(["MemberLeft", "MemberExited", "MemberRemoved"], events.OfType<ClusterEvent.IMemberEvent>().Select(change => change.GetType().Name));
        Assert.Equal(MemberStatus.Exiting, events.OfType<ClusterEvent.MemberRemoved>().Single().PreviousStatus);
        await UpAsync(2, nodes[0], nodes[1]);
    }

    [Fact]
    public async Task Terminating_the_system_leaves_the_cluster_first()
    {
        var (a, b, c) = (_cluster.Start("a", NobodyIsDowned + LeavesWhenTerminated), _cluster.Start("b", NobodyIsDowned), _cluster.Start("c", NobodyIsDowned));
        await UpAsync(3, a, b, c);
        var events = Hear(b, typeof(ClusterEvent.MemberRemoved));

        await a.Terminate().WaitAsync(Patience);

        await UpAsync(2, b, c);
        await EventuallyAsync(() => events.OfType<ClusterEvent.MemberRemoved>().Any(), "its removal is told");
        Assert.Equal(MemberStatus.Exiting, events.OfType<ClusterEvent.MemberRemoved>().Single().PreviousStatus);
        await EventuallyAsync(() => ClusterOf(b).State.Leader == AddressOf(b) && ClusterOf(c).State.Leader == AddressOf(b), "the next one leads");
    }

    [Fact]
    public async Task A_restarted_node_is_taken_back_even_if_it_is_the_first_seed()
    {
        var nodes = await _cluster.FormAsync("a", "b", "c");
        var former = ClusterOf(nodes[0]).SelfUniqueAddress;
        await _cluster.Nodes.KillAsync("a");

        // The usual time: on a busy machine an answer takes longer than other tests wait for it, and then a first seed founds a cluster.
        var reborn = _cluster.Start("a", "akka.cluster.seed-node-timeout = 5 s");

        await UpAsync(3, reborn, nodes[1], nodes[2]);
        Assert.All([reborn, nodes[1], nodes[2]], node => Assert.DoesNotContain(ClusterOf(node).State.Members, member => member.UniqueAddress == former));
    }

    [Fact]
    public async Task Callbacks_run_when_the_node_is_up()
    {
        var node = _cluster.Start("a");
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        ClusterOf(node).RegisterOnMemberUp(up.SetResult);

        await up.Task.WaitAsync(Patience);
    }

    private static ConcurrentQueue<object> Hear(ActorSystem node, params Type[] events)
    {
        var heard = new ConcurrentQueue<object>();
        ClusterOf(node).Subscribe(node.ActorOf(Props.Create(() => new Listener(heard))), events);
        return heard;
    }
}
