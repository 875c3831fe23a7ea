using Rig.Engine.Actor.Setup;
using Rig.Engine.Remote;
using Rig.Tests.Engine.Remote;

namespace Rig.Tests.Engine.Embedded.Remote;

/// <summary>Actor systems for one test, on one faulty network or on loopback TCP, ended with the test.</summary>
internal sealed class TestSystems : IAsyncDisposable
{
    private readonly List<ActorSystem> _systems = [];

    public FaultyNetwork Network { get; } = new();

    public ActorSystem OnNetwork(string host, string config, int port = 0) =>
        Keep(ActorSystem.Create("rig", ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString($$"""
                {{config}}
                akka.remote.dot-netty.tcp { hostname = "{{host}}", port = {{port}} }
                """)),
            new RemoteTransportSetup(settings => Network.TransportOf(settings.Hostname, settings.Port)))));

    public ActorSystem OnTcp(string config) =>
        Keep(ActorSystem.Create("rig", ConfigurationFactory.ParseString($$"""
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            {{config}}
            """)));

    public static Remoting RemotingOf(ActorSystem system) => ((RemoteActorRefProvider)((ExtendedActorSystem)system).Provider).Remoting;

    public async ValueTask DisposeAsync()
    {
        Network.Heal();
        await Task.WhenAll(_systems.Select(system => system.Terminate())).WaitAsync(AcrossNodes.Patience);
    }

    private ActorSystem Keep(ActorSystem system)
    {
        _systems.Add(system);
        return system;
    }
}
