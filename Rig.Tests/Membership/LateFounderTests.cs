using Rig.Actors.Membership;
using static Rig.Tests.Membership.AcrossNodes;
using static Rig.Tests.Membership.LoopbackCluster;

namespace Rig.Tests.Membership;

public sealed class LateFounderTests : IAsyncLifetime
{
    // Longer than founding takes, as outside of tests: whoever is next must find the cluster of the one before it.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly LoopbackCluster _cluster = new("a", "b", "c");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Without_the_first_seed_the_next_one_founds_and_the_first_joins_it_when_it_comes()
    {
        var (second, third) = (Start("b", new LateFounder(Soon)), Start("c", new LateFounder(Soon)));
        await UpAsync(2, second, third);

        var first = Start("a", new LateFounder(Soon));

        await UpAsync(3, first, second, third);
        Assert.True(ClusterOf(second).SelfMember.IsOlderThan(ClusterOf(first).SelfMember));
    }

    [Fact]
    public async Task A_node_that_was_in_a_cluster_founds_none_but_waits_for_the_others()
    {
        var founder = new LateFounder(Soon);
        var (first, second) = (Start("a", new LateFounder(Soon)), Start("b", founder, LeavesWhenTerminated));
        await UpAsync(2, first, second);
        await second.Terminate().WaitAsync(WaitLimit);
        _cluster.Nodes.Cut("a", "b");

        var again = Start("b", founder);
        var passed = new TaskCompletionSource();
        again.Scheduler.Advanced.ScheduleOnce(Soon * 3, passed.SetResult);
        await passed.Task.WaitAsync(WaitLimit);
        Assert.Empty(ClusterOf(again).State.Members);

        _cluster.Nodes.Heal();
        await UpAsync(2, first, again);
    }

    private ActorSystem Start(string name, LateFounder founder, string config = "")
    {
        var system = _cluster.Start(name, config);
        founder.Watch(system);
        return system;
    }
}
