using System.Collections.Concurrent;
using Rig.Tests.Engine.Remote;
using static Rig.Tests.Engine.Remote.TestSystems;

namespace Rig.Tests.Engine.Cluster;

public sealed class ClusterTests : IAsyncLifetime
{
    private const int Port = 2552;

    private readonly TestSystems _systems = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _systems.DisposeAsync();

    [Fact]
    public async Task Three_nodes_that_start_together_form_one_cluster_with_one_leader()
    {
        var nodes = await FormAsync("a", "b", "c");

        Assert.All(nodes, node => Assert.Equal(AddressOf(nodes[0]), ClusterOf(node).State.Leader));
        Assert.All(nodes, node => Assert.Equal(MemberStatus.Up, ClusterOf(node).SelfMember.Status));
        Assert.Equal("role-b", ClusterOf(nodes[0]).State.Members.Single(member => member.Address.Host == "b").Roles.Single(role => role != "camera"));
    }

    [Fact]
    public async Task Subscribers_get_the_state_first_and_then_each_change()
    {
        var first = Start("a");
        var events = new ConcurrentQueue<object>();
        await UpAsync(1, first);
        ClusterOf(first).Subscribe(first.ActorOf(Props.Create(() => new Listener(events))), typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        var second = Start("b");
        await UpAsync(2, first, second);
        await _systems.Network.KillAsync("b");

        await EventuallyAsync(() => events.OfType<ClusterEvent.UnreachableMember>().Any(), "the killed node is noticed");
        Assert.IsType<ClusterEvent.CurrentClusterState>(events.First());
        Assert.Equal(["MemberJoined", "MemberUp", "UnreachableMember"], events.Skip(1).Take(3).Select(change => change.GetType().Name));
    }

    [Fact]
    public async Task A_node_that_leaves_is_removed_gracefully_and_its_system_ends()
    {
        var nodes = await FormAsync("a", "b", "c");
        var removed = new ConcurrentQueue<object>();
        ClusterOf(nodes[0]).Subscribe(nodes[0].ActorOf(Props.Create(() => new Listener(removed))), typeof(ClusterEvent.MemberRemoved));
        var wasRemoved = new TaskCompletionSource();
        ClusterOf(nodes[2]).RegisterOnMemberRemoved(wasRemoved.SetResult);

        ClusterOf(nodes[0]).Leave(AddressOf(nodes[2]));

        await wasRemoved.Task.WaitAsync(Patience);
        await nodes[2].WhenTerminated.WaitAsync(Patience);
        await EventuallyAsync(() => removed.OfType<ClusterEvent.MemberRemoved>().Any(), "the others hear of it");
        Assert.Equal(MemberStatus.Exiting, removed.OfType<ClusterEvent.MemberRemoved>().Single().PreviousStatus);
        await MembersAsync(2, nodes[0], nodes[1]);
    }

    [Fact]
    public async Task Terminating_the_system_leaves_the_cluster_first()
    {
        var nodes = await FormAsync("a", "b", "c");

        await nodes[0].Terminate().WaitAsync(Patience);

        await MembersAsync(2, nodes[1], nodes[2]);
        Assert.All(nodes[1..], node => Assert.Empty(ClusterOf(node).State.Unreachable));
        Assert.All(nodes[1..], node => Assert.Equal(AddressOf(nodes[1]), ClusterOf(node).State.Leader));
    }

    [Fact]
    public async Task A_killed_node_is_downed_and_removed_by_the_others()
    {
        var nodes = await FormAsync("a", "b", "c");

        await _systems.Network.KillAsync("a");

        await MembersAsync(2, nodes[1], nodes[2]);
    }

    [Fact]
    public async Task The_smaller_side_of_a_partition_ends_itself_and_the_larger_goes_on()
    {
        var nodes = await FormAsync("a", "b", "c");

        _systems.Network.Cut(["a"], ["b", "c"]);

        await nodes[0].WhenTerminated.WaitAsync(Patience);
        await MembersAsync(2, nodes[1], nodes[2]);
        Assert.True(ClusterOf(nodes[0]).IsTerminated);
    }

    [Fact]
    public async Task A_partition_shorter_than_the_stable_time_downs_nobody()
    {
        var nodes = await FormAsync("a", "b", "c");
        var noticed = new ConcurrentQueue<object>();
        ClusterOf(nodes[1]).Subscribe(nodes[1].ActorOf(Props.Create(() => new Listener(noticed))), typeof(ClusterEvent.IReachabilityEvent));
        _systems.Network.Cut(["a"], ["b", "c"]);
        await EventuallyAsync(() => noticed.OfType<ClusterEvent.UnreachableMember>().Any(), "the partition is noticed");

        _systems.Network.Heal();

        await EventuallyAsync(() => nodes.All(node => ClusterOf(node).State.Unreachable.IsEmpty), "all are reachable again");
        Assert.All(nodes, node => Assert.Equal(3, ClusterOf(node).State.Members.Count));
    }

    [Fact]
    public async Task A_restarted_node_is_taken_back_at_once_even_if_it_is_the_first_seed()
    {
        var nodes = await FormAsync("a", "b", "c");
        var former = ClusterOf(nodes[0]).SelfUniqueAddress;
        await _systems.Network.KillAsync("a");

        var reborn = Start("a");

        await UpAsync(3, reborn, nodes[1], nodes[2]);
        Assert.All([reborn, nodes[1], nodes[2]], node => Assert.DoesNotContain(ClusterOf(node).State.Members, member => member.UniqueAddress == former));
    }

    [Fact]
    public async Task A_node_that_was_downed_by_hand_ends_itself()
    {
        var nodes = await FormAsync("a", "b", "c");

        ClusterOf(nodes[0]).Down(AddressOf(nodes[1]));

        await nodes[1].WhenTerminated.WaitAsync(Patience);
        await MembersAsync(2, nodes[0], nodes[2]);
    }

    [Fact]
    public async Task Callbacks_run_when_the_node_is_up()
    {
        var node = Start("a");
        var up = new TaskCompletionSource();

        ClusterOf(node).RegisterOnMemberUp(up.SetResult);

        await up.Task.WaitAsync(Patience);
    }

    [Fact]
    public void A_seed_that_is_no_address_stops_the_start_and_is_named()
    {
        var error = Assert.ThrowsAny<Exception>(() => _systems.OnNetwork("a", "akka { actor.provider = cluster, cluster.seed-nodes = [\"camera-left\"] }", Port));

        Assert.Contains("camera-left", error.ToString(), StringComparison.Ordinal);
    }

    private static Rig.Engine.Cluster.Cluster ClusterOf(ActorSystem system) => Rig.Engine.Cluster.Cluster.Get(system);

    private ActorSystem Start(string host) => _systems.OnNetwork(host, Settings(host), Port);

    internal static string Settings(string host) => $$"""
        akka {
          actor.provider = cluster
          cluster {
            seed-nodes = ["akka.tcp://rig@a:{{Port}}", "akka.tcp://rig@b:{{Port}}"]
            roles = [camera, role-{{host}}]
            split-brain-resolver.stable-after = 700 ms
          }
        }
        """;

    private async Task<ActorSystem[]> FormAsync(params string[] hosts)
    {
        var nodes = hosts.Select(Start).ToArray();
        await UpAsync(nodes.Length, nodes);
        return nodes;
    }

    private static Task UpAsync(int count, params ActorSystem[] nodes) => EventuallyAsync(
        () => nodes.All(node => ClusterOf(node).State.Members is var members && members.Count == count && members.All(member => member.Status == MemberStatus.Up)),
        $"{count} members are up");

    private static Task MembersAsync(int count, params ActorSystem[] nodes) =>
        EventuallyAsync(() => nodes.All(node => ClusterOf(node).State.Members.Count == count), $"{count} members remain");
}
