using Rig.Tests.Engine.Cluster;
using Rig.Tests.Engine.Embedded.Remote;
using static Rig.Tests.Engine.Cluster.SingletonHosts;
using static Rig.Tests.Engine.Remote.AcrossNodes;

namespace Rig.Tests.Engine.Embedded.Cluster;

/// <summary>What only the embedded engine's cluster promises.</summary>
public sealed class OwnClusterRulesTests : IAsyncLifetime
{
    private readonly TestSystems _systems = new();
    private readonly SingletonHosts _hosts = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _systems.DisposeAsync();

    [Fact]
    public async Task A_member_with_the_preferred_role_takes_the_singleton_over_in_an_orderly_way()
    {
        var a = Start("a", "camera");
        await EventuallyAsync(() => _hosts.Living.Contains("a"), "a hosts it");

        var b = Start("b", "camera, center");

        await EventuallyAsync(() => _hosts.Living.SequenceEqual(["b"]), "b hosts it");
        Assert.Equal(1, _hosts.MostAtOnce);
        Assert.Equal("b", await WhereAsync(ProxyOn(a)));
        Assert.Equal("b", await WhereAsync(ProxyOn(b)));
    }

    [Fact]
    public void A_seed_that_is_no_address_stops_the_start_and_is_named()
    {
        var error = Assert.ThrowsAny<Exception>(() => _systems.OnNetwork("a", "akka { actor.provider = cluster, cluster.seed-nodes = [\"camera-left\"] }"));

        Assert.Contains("camera-left", error.ToString(), StringComparison.Ordinal);
    }

    private ActorSystem Start(string name, string roles)
    {
        var config = $$"""
            akka {
              actor.provider = cluster
              cluster { seed-nodes = ["akka.tcp://rig@a:2552"], roles = [{{roles}}], singleton.preferred-role = center }
            }
            """;
        var node = _systems.OnNetwork(name, config, 2552);
        _hosts.Manage(node, name);
        return node;
    }
}
