using System.Collections.Concurrent;
using Rig.Tests.Engine.Remote;
using static Rig.Tests.Engine.Remote.TestSystems;

namespace Rig.Tests.Engine.Cluster;

public sealed class SingletonTests : IAsyncLifetime
{
    private const int Port = 2552;

    private readonly TestSystems _systems = new();
    private readonly Ledger _ledger = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _systems.DisposeAsync();

    [Fact]
    public async Task It_runs_on_the_oldest_node_only_and_every_node_reaches_it()
    {
        var nodes = await FormAsync("a", "b", "c");

        foreach (var node in nodes)
            Assert.Equal("a", await ProxyOn(node).Ask<string>("where?", Patience));

        Assert.Equal(["a"], _ledger.Living);
    }

    [Fact]
    public async Task When_its_node_leaves_it_is_handed_over_without_a_second_one_and_messages_wait()
    {
        var nodes = await FormAsync("a", "b", "c");
        var proxy = ProxyOn(nodes[2]);
        Assert.Equal("a", await proxy.Ask<string>("where?", Patience));

        ClusterOf(nodes[0]).Leave(AddressOf(nodes[0]));
        await nodes[0].WhenTerminated.WaitAsync(Patience);

        Assert.Equal("b", await proxy.Ask<string>("where?", Patience));
        Assert.Equal(["b"], _ledger.Living);
        Assert.Equal(1, _ledger.MostAtOnce);
    }

    [Fact]
    public async Task When_its_node_is_killed_another_takes_over()
    {
        var nodes = await FormAsync("a", "b", "c");
        Assert.Equal("a", await ProxyOn(nodes[1]).Ask<string>("where?", Patience));

        await _systems.Network.KillAsync("a");

        await EventuallyAsync(() => _ledger.Living.Contains("b"), "b hosts it");
        Assert.Equal("b", await ProxyOn(nodes[2]).Ask<string>("where?", Patience));
    }

    [Fact]
    public async Task In_a_partition_the_smaller_side_ends_its_own_before_the_larger_starts_another()
    {
        var nodes = await FormAsync("a", "b", "c");
        await EventuallyAsync(() => _ledger.Living.Contains("a"), "a hosts it");

        _systems.Network.Cut(["a"], ["b", "c"]);

        await EventuallyAsync(() => _ledger.Living.Contains("b"), "b hosts it");
        Assert.Equal(["b"], _ledger.Living);
        Assert.Equal(1, _ledger.MostAtOnce);
        await nodes[0].WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_member_with_the_preferred_role_takes_it_over_in_an_orderly_way()
    {
        var settings = "akka.cluster.singleton.preferred-role = center";
        var a = Start("a", settings);
        await EventuallyAsync(() => _ledger.Living.Contains("a"), "a hosts it");

        var b = Start("b", settings + "\nakka.cluster.roles = [camera, center]");

        await EventuallyAsync(() => _ledger.Living.SequenceEqual(["b"]), "b hosts it");
        Assert.Equal(1, _ledger.MostAtOnce);
        Assert.Equal("b", await ProxyOn(a).Ask<string>("where?", Patience));
        Assert.Equal("b", await ProxyOn(b).Ask<string>("where?", Patience));
    }

    [Fact]
    public async Task A_younger_member_that_comes_first_in_the_order_of_addresses_does_not_start_a_second_one()
    {
        const string seed = "akka.cluster.seed-nodes = [\"akka.tcp://rig@m:2552\"]";
        var oldest = Start("m", seed);
        await EventuallyAsync(() => _ledger.Living.Contains("m"), "m hosts it");

        // It is taken in and moved to Up at once, so that it hears of itself and of the oldest in one piece of news.
        var younger = Start("a", seed);
        await EventuallyAsync(() => ClusterOf(oldest).State.Members.Count(member => member.Status == MemberStatus.Up) == 2, "a is up");

        Assert.Equal("m", await ProxyOn(younger).Ask<string>("where?", Patience));
        Assert.Equal(1, _ledger.MostAtOnce);
    }

    [Fact]
    public async Task Messages_to_a_proxy_wait_until_the_singleton_is_there_and_the_oldest_give_way()
    {
        var node = _systems.OnNetwork("a", Settings + "\nakka.cluster.singleton-proxy.buffer-size = 2", Port);
        var proxy = ProxyOn(node);
        var dropped = proxy.Ask<string>("first", TimeSpan.FromMinutes(1));
        var kept = new[] { proxy.Ask<string>("second", Patience), proxy.Ask<string>("third", Patience) };

        Manage(node);

        Assert.All(await Task.WhenAll(kept), host => Assert.Equal("a", host));
        Assert.False(dropped.IsCompleted);
    }

    private const string Settings = """
        akka {
          actor.provider = cluster
          cluster {
            seed-nodes = ["akka.tcp://rig@a:2552", "akka.tcp://rig@b:2552"]
            roles = [camera]
          }
        }
        """;

    private static Rig.Engine.Cluster.Cluster ClusterOf(ActorSystem system) => Rig.Engine.Cluster.Cluster.Get(system);

    private async Task<ActorSystem[]> FormAsync(params string[] hosts)
    {
        // One after the other, so that their ages are known.
        var nodes = new List<ActorSystem>();
        foreach (var host in hosts)
        {
            nodes.Add(Start(host));
            await EventuallyAsync(() => nodes.All(node => ClusterOf(node).State.Members.Count(member => member.Status == MemberStatus.Up) == nodes.Count), $"{host} is up");
        }
        return [.. nodes];
    }

    private ActorSystem Start(string host, string more = "")
    {
        var node = _systems.OnNetwork(host, Settings + "\n" + more, Port);
        Manage(node);
        return node;
    }

    private void Manage(ActorSystem node)
    {
        var host = AddressOf(node).Host!;
        node.ActorOf(ClusterSingletonManager.Props(Props.Create(() => new Host(host, _ledger)), ClusterSingletonManagerSettings.Create(node).WithRole("camera")), "session");
    }

    private static IActorRef ProxyOn(ActorSystem node) =>
        node.ActorOf(ClusterSingletonProxy.Props("/user/session", ClusterSingletonProxySettings.Create(node).WithRole("camera")));

    /// <summary>Who lives, and how many ever lived at once. What a killed machine hosted is counted as dead with it.</summary>
    private sealed class Ledger
    {
        private readonly ConcurrentDictionary<string, bool> _living = new();
        private int _mostAtOnce;

        public IEnumerable<string> Living => _living.Keys.Order();

        public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

        public void Born(string host)
        {
            _living[host] = true;
            InterlockedMax(_living.Count);
        }

        public void Died(string host) => _living.TryRemove(host, out _);

        private void InterlockedMax(int count)
        {
            for (var most = Volatile.Read(ref _mostAtOnce); count > most; most = Volatile.Read(ref _mostAtOnce))
                Interlocked.CompareExchange(ref _mostAtOnce, count, most);
        }
    }

    private sealed class Host : ReceiveActor
    {
        private readonly string _host;
        private readonly Ledger _ledger;

        public Host(string host, Ledger ledger)
        {
            (_host, _ledger) = (host, ledger);
            Receive<string>(_ => Sender.Tell(_host));
        }

        protected override void PreStart() => _ledger.Born(_host);

        protected override void PostStop() => _ledger.Died(_host);
    }
}
