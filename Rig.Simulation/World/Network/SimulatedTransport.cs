using Akka.Remote.Transport;

namespace Rig.Simulation.World.Network;

/// <summary>What remoting sees of the simulated network: one per actor system, at the address that its DotNetty transport would have.</summary>
internal sealed class SimulatedTransport : Transport
{
    private const string Tcp = "tcp";
    private const int MaxFrameBytes = 1024 * 1024;

    private readonly TaskCompletionSource<IAssociationEventListener> listener = new();
    private readonly TimeSpan connectTimeout;

    /// <summary>Called by remoting, which finds the class in the configuration.</summary>
    public SimulatedTransport(ActorSystem system, Config config)
    {
        (System, Config, SchemeIdentifier, MaximumPayloadBytes) = (system, config, Tcp, MaxFrameBytes);
        Process = SystemOverrides.ProcessOf(system.Settings.Config);
        var tcp = system.Settings.Config.GetConfig("akka.remote.dot-netty.tcp");
        connectTimeout = tcp.GetTimeSpan("connection-timeout");
        LocalAddress = new Address(Tcp, system.Name, tcp.GetString("hostname"), tcp.GetInt("port"));
    }

    public SimulatedProcess Process { get; }

    public Address LocalAddress { get; }

    private SimulatedNetwork Network => Process.Machine.World.Network;

    public override bool IsResponsibleFor(Address remote) => true;

    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        if (LocalAddress.Host != Process.Machine.Name)
        {
            throw new IOException($"A system on {Process.Machine} cannot listen as {LocalAddress.Host}.");
        }

        Process.Machine.Listen(LocalAddress.Port!.Value, this);
        return Task.FromResult((LocalAddress, listener));
    }

    public override Task<AssociationHandle> Associate(Address remoteAddress)
    {
        var attempt = new ConnectAttempt(Network, this, remoteAddress);
        attempt.Begin(connectTimeout);
        return attempt.Task;
    }

    public override Task<bool> Shutdown()
    {
        if (Process.IsAlive)
        {
            Process.Machine.StopListening(LocalAddress.Port!.Value, this);
            Network.CloseAll(this);
        }

        return Task.FromResult(true);
    }

    /// <summary>False while remoting has not said yet who takes connections.</summary>
    internal bool TryAccept(SimulatedAssociation association)
    {
        if (!listener.Task.IsCompletedSuccessfully)
        {
            return false;
        }

        listener.Task.Result.Notify(new InboundAssociation(association));
        return true;
    }
}
