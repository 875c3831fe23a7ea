using Rig.Actors.Hosting;
using Rig.Tests.Engine.Remote;
using static Rig.Tests.Engine.Remote.TestSystems;

namespace Rig.Tests.Engine.Cluster;

public sealed class LateFounderTests : IAsyncLifetime
{
    private const int Port = 2552;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly TestSystems _systems = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _systems.DisposeAsync();

    [Fact]
    public async Task Without_the_first_seed_the_next_one_founds_and_the_first_joins_it_when_it_comes()
    {
        var (second, third) = (Start("b", new LateFounder(Soon)), Start("c", new LateFounder(Soon)));
        await MembersAsync(2, second, third);

        var first = Start("a", new LateFounder(Soon));

        await MembersAsync(3, first, second, third);
        Assert.True(ClusterOf(second).SelfMember.IsOlderThan(ClusterOf(first).SelfMember));
    }

    [Fact]
    public async Task A_node_that_was_in_a_cluster_founds_none_but_waits_for_the_others()
    {
        var founder = new LateFounder(Soon);
        var (first, second) = (Start("a", new LateFounder(Soon)), Start("b", founder));
        await MembersAsync(2, first, second);
        await second.Terminate().WaitAsync(Patience);
        _systems.Network.Cut(["a"], ["b"]);

        var again = Start("b", founder);
        var passed = new TaskCompletionSource();
        again.Scheduler.Advanced.ScheduleOnce(Soon * 8, passed.SetResult);
        await passed.Task.WaitAsync(Patience);
        Assert.Empty(ClusterOf(again).State.Members);

        _systems.Network.Heal();
        await MembersAsync(2, first, again);
    }

    private static Rig.Engine.Cluster.Cluster ClusterOf(ActorSystem system) => Rig.Engine.Cluster.Cluster.Get(system);

    private static Task MembersAsync(int count, params ActorSystem[] nodes) => EventuallyAsync(
        () => nodes.All(node => ClusterOf(node).State.Members.Count(m => m.Status == MemberStatus.Up) == count), $"{nodes.Length} nodes see {count} members");

    private ActorSystem Start(string host, LateFounder founder)
    {
        var system = _systems.OnNetwork(
            host,
            $$"""
            akka {
              actor.provider = cluster
              cluster {
                seed-nodes = ["akka.tcp://rig@a:{{Port}}", "akka.tcp://rig@b:{{Port}}", "akka.tcp://rig@c:{{Port}}"]
                seed-node-timeout = 500 ms
              }
            }
            """,
            Port);
        founder.Watch(system);
        return system;
    }
}
