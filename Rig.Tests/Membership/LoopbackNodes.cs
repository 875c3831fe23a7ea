using static Rig.Tests.Membership.AcrossNodes;

namespace Rig.Tests.Membership;

/// <summary>
/// Nodes for one test: actor systems in this process, each on a host of its own, joined by a <see cref="LoopbackNetwork"/> and
/// ended with the test. They end without leaving their cluster, unless a test turns run-by-actor-system-terminate on again.
/// </summary>
internal sealed class LoopbackNodes : IAsyncDisposable
{
    private readonly LoopbackNetwork _network = new();
    private readonly List<ActorSystem> _all = [];
    private readonly Dictionary<string, ActorSystem> _running = [];

    /// <summary>The address of that node, also before it is there.</summary>
    public Address AddressOf(string name) => new("akka.tcp", "rig", _network.HostOf(name).Ip, _network.HostOf(name).PublicPort);

    /// <summary>Starts a node; after its end, another incarnation at the same address.</summary>
    /// <param name="name">Its first letter, a small one, stands for the host.</param>
    /// <param name="config">HOCON, which goes before what stands here.</param>
    public ActorSystem Start(string name, string config) => Start(name, ConfigurationFactory.ParseString(config));

    /// <summary>As above, from a configuration that is already read.</summary>
    public ActorSystem Start(string name, Config config)
    {
        var host = _network.HostOf(name);
        lock (_running)
            _running.Remove(name);
        host.GoDown();
        host.GoUp();
        var system = ActorSystem.Create("rig", config.WithFallback(ConfigurationFactory.ParseString($$"""
            akka {
              loggers = []
              loglevel = OFF
              stdout-loglevel = OFF
              actor.provider = remote
              coordinated-shutdown.run-by-actor-system-terminate = off
              remote {
                retry-gate-closed-for = 200 ms
                flush-wait-on-shutdown = 500 ms
                dot-netty.tcp {
                  hostname = "{{host.Ip}}"
                  port = {{host.PrivatePort}}
                  public-hostname = "{{host.Ip}}"
                  public-port = {{host.PublicPort}}
                }
              }
            }
            """)));
        _all.Add(system);
        lock (_running)
            _running[name] = system;
        _ = system.WhenTerminated.ContinueWith(_ => HasEnded(name, system), TaskScheduler.Default);
        return system;
    }

    /// <summary>Nothing passes between the one and the others until <see cref="Heal"/>: what is sent is held back, as TCP does.</summary>
    public void Cut(string one, params string[] others)
    {
        foreach (var other in others)
            _network.Cut(_network.HostOf(one), _network.HostOf(other));
    }

    public void Heal() => _network.Heal();

    /// <summary>Returns when the nodes have had much more to say to each other, be it heartbeats: what they acknowledge is acknowledged by then.</summary>
    public Task SettleAsync()
    {
        var before = _network.Carried;
        return EventuallyAsync(() => _network.Carried > before + 20, "the nodes speak to each other");
    }

    /// <summary>Breaks every connection; all may be made again.</summary>
    public void BreakConnections() => _network.Break();

    /// <summary>From one moment to the next, to the others, the node is gone: its connections break and its port refuses.</summary>
    public async Task KillAsync(string name)
    {
        _network.HostOf(name).GoDown();
        await _running[name].Terminate().WaitAsync(WaitLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        await Task.WhenAll(_all.Select(system => system.Terminate())).WaitAsync(WaitLimit);
    }

    /// <summary>Where nobody listens any more, the port refuses. Unless the next incarnation is there before the end of the former was heard of.</summary>
    private void HasEnded(string name, ActorSystem system)
    {
        lock (_running)
        {
            if (_running.GetValueOrDefault(name) == system)
                _network.HostOf(name).RefuseCallers();
        }
    }
}
