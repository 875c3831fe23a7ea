using static Rig.Tests.Engine.Cluster.LoopbackCluster;
using static Rig.Tests.Engine.Cluster.SingletonHosts;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Cluster;

public sealed class SingletonTests : IAsyncLifetime
{
    private readonly LoopbackCluster _cluster = new("a", "b");
    private readonly SingletonHosts _hosts = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task It_runs_on_the_oldest_node_only_and_every_node_reaches_it()
    {
        var nodes = await FormAsync(["a", "b", "c"]);

        foreach (var node in nodes)
            Assert.Equal("a", await WhereAsync(ProxyOn(node)));

        Assert.Equal(["a"], _hosts.Living);
    }

    [Fact]
    public async Task When_its_node_leaves_it_is_handed_over_without_a_second_one_and_messages_wait()
    {
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var nodes = await FormAsync(["a", "b", "c"], mayEnd: mayEnd.Task);
        var proxy = ProxyOn(nodes[2]);
        Assert.Equal("a", await WhereAsync(proxy));

        ClusterOf(nodes[0]).Leave(AddressOf(nodes[0]));

        await EventuallyAsync(() => _hosts.IsEnding, "it is told to end");
        // It still runs and would answer; without an answer the proxy has turned away from it and keeps what it is told.
        await UnansweredAsync(proxy);
        var waiting = proxy.Ask<string>("where?", Patience);
        Assert.Equal(["a"], _hosts.Living);
        mayEnd.SetResult();

        Assert.Equal("b", await waiting);
        await nodes[0].WhenTerminated.WaitAsync(Patience);
        Assert.Equal(["b"], _hosts.Living);
        Assert.Equal(1, _hosts.MostAtOnce);
    }

    [Fact]
    public async Task When_its_node_terminates_it_is_handed_over()
    {
        var a = _cluster.Start("a", LeavesWhenTerminated);
        _hosts.Manage(a, "a");
        await EventuallyAsync(() => _hosts.Living.Contains("a"), "a hosts it");
        var b = _cluster.Start("b");
        _hosts.Manage(b, "b");
        await UpAsync(2, a, b);

        await a.Terminate().WaitAsync(Patience);

        await EventuallyAsync(() => _hosts.Living.Contains("b"), "b hosts it");
        Assert.Equal("b", await WhereAsync(ProxyOn(b)));
        Assert.Equal(1, _hosts.MostAtOnce);
    }

    [Fact]
    public async Task When_its_node_is_killed_another_takes_over()
    {
        var nodes = await FormAsync(["a", "b", "c"]);
        var proxy = ProxyOn(nodes[2]);
        Assert.Equal("a", await WhereAsync(proxy));

        await _cluster.Nodes.KillAsync("a");

        await EventuallyAsync(() => _hosts.Living.Contains("b"), "b hosts it");
        Assert.Equal("b", await WhereAsync(proxy));
    }

    [Fact]
    public async Task In_a_partition_the_smaller_side_ends_its_own_before_the_larger_starts_another()
    {
        // The margin is what the smaller side has time to end its own in; both decide by their own clocks.
        var nodes = await FormAsync(["a", "b", "c"], "akka.cluster.down-removal-margin = 3 s");
        await EventuallyAsync(() => _hosts.Living.Contains("a"), "a hosts it");

        _cluster.Nodes.Cut("a", "b", "c");

        await EventuallyAsync(() => _hosts.Living.Contains("b"), "b hosts it");
        Assert.Equal(["b"], _hosts.Living);
        Assert.Equal(1, _hosts.MostAtOnce);
        await nodes[0].WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_younger_member_that_comes_first_in_the_order_of_addresses_does_not_start_a_second_one()
    {
        await using var cluster = new LoopbackCluster("m");
        var oldest = cluster.Start("m");
        _hosts.Manage(oldest, "m");
        await EventuallyAsync(() => _hosts.Living.Contains("m"), "m hosts it");

        // It is taken in and moved to Up at once, so that it hears of itself and of the oldest in one piece of news.
        var younger = cluster.Start("a");
        _hosts.Manage(younger, "a");
        await UpAsync(2, oldest, younger);

        Assert.Equal("m", await WhereAsync(ProxyOn(younger)));
        Assert.Equal(1, _hosts.MostAtOnce);
    }

    [Fact]
    public async Task Messages_to_a_proxy_wait_until_the_singleton_is_there_and_the_oldest_give_way()
    {
        var node = _cluster.Start("a", "akka.cluster.singleton-proxy.buffer-size = 2");
        var proxy = ProxyOn(node);
        var dropped = proxy.Ask<string>("first", TimeSpan.FromMinutes(1));
        var kept = new[] { proxy.Ask<string>("second", Patience), proxy.Ask<string>("third", Patience) };

        _hosts.Manage(node, "a");

        Assert.All(await Task.WhenAll(kept), host => Assert.Equal("a", host));
        Assert.False(dropped.IsCompleted);
    }

    [Fact]
    public async Task Only_members_with_its_role_host_it()
    {
        var a = _cluster.Start("a", "akka.cluster.roles = [ingest]");
        await UpAsync(1, a);
        var b = _cluster.Start("b");
        _hosts.Manage(b, "b");
        await UpAsync(2, a, b);

        Assert.Equal("b", await WhereAsync(ProxyOn(a)));
    }

    /// <summary>One after the other, so that their ages are known.</summary>
    private async Task<ActorSystem[]> FormAsync(string[] names, string config = "", Task? mayEnd = null)
    {
        var nodes = new List<ActorSystem>();
        foreach (var name in names)
        {
            var node = _cluster.Start(name, config);
            _hosts.Manage(node, name, mayEnd);
            nodes.Add(node);
            await UpAsync(nodes.Count, [.. nodes]);
        }
        return [.. nodes];
    }

    private static async Task UnansweredAsync(IActorRef proxy)
    {
        try
        {
            while (true)
                await proxy.Ask<string>("where?", TimeSpan.FromMilliseconds(500));
        }
        catch (AskTimeoutException)
        {
            // As it should be.
        }
    }
}
