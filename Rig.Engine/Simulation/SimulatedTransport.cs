using System.Net.Sockets;
using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Simulation;

/// <summary>What remoting sees of the simulated network: one per actor system.</summary>
internal sealed class SimulatedTransport(SimulatedProcess process, string host, int port) : ITransport
{
    private int _port = port;

    private SimulatedNetwork Network => process.Machine.World.Network;

    internal SimulatedProcess Process => process;

    internal Action<ITransportConnection>? Accept { get; private set; }

    public Task<int> ListenAsync(Action<ITransportConnection> accept, CancellationToken cancellationToken)
    {
        if (host != process.Machine.Name)
            throw new IOException($"A system on {process.Machine} cannot listen as {host}.");
        if (_port == 0)
            _port = process.Machine.FreePort();
        Accept = accept;
        process.Machine.Listen(_port, this);
        return Task.FromResult(_port);
    }

    public async Task<ITransportConnection> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var attempt = new ConnectAttempt(Network, process, host, port);
        using var registration = cancellationToken.UnsafeRegister(static state => ((ConnectAttempt)state!).GiveUp(), attempt);
        attempt.Begin();
        return await attempt.Task;
    }

    public ValueTask DisposeAsync()
    {
        if (Accept is not null && process.Machine.ListenerOn(_port) == this)
            process.Machine.StopListening(_port);
        return ValueTask.CompletedTask;
    }

    /// <summary>A connection being made: asked for again while nobody answers, refused where a live machine has nobody listening.</summary>
    private sealed class ConnectAttempt(SimulatedNetwork network, SimulatedProcess caller, string host, int port)
    {
        private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

        private readonly TaskCompletionSource<ITransportConnection> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TimeSpan _retry = FirstRetry;

        public Task<ITransportConnection> Task => _done.Task;

        private SimulatedMachine? Called => network.Find(host);

        public void Begin()
        {
            if (Called is { } called)
                network.World.After(Way(caller.Machine, called), Ask);
            else
                _done.TrySetException(new IOException($"The host name '{host}' is not known."));
        }

        public void GiveUp() => _done.TrySetCanceled();

        private void Ask()
        {
            var called = Called!;
            if (_done.Task.IsCompleted || !caller.IsAlive)
                return;
            if (!called.IsPowered || network.Between(caller.Machine, called).Loses() || network.Between(called, caller.Machine).Loses())
            {
                network.World.After(_retry + Way(caller.Machine, called), Ask);
                _retry *= 2;
                return;
            }

            if (called.ListenerOn(port) is not { } listener)
            {
                var refused = new IOException($"{host}:{port} cannot be reached: refused.", new SocketException((int)SocketError.ConnectionRefused));
                network.World.After(Way(called, caller.Machine), () => _done.TrySetException(refused));
                return;
            }

            var (near, far) = SimulatedConnection.Pair(network, caller, listener.Process);
            network.World.After(Way(called, caller.Machine), () => Answered(near));
            listener.Process.Post(static state => ((Action)state!)(), () => listener.Accept!(far));
        }

        // The caller may have lost patience on the way: what the other side took in is then a connection with nobody at its end.
        private void Answered(SimulatedConnection near)
        {
            if (!caller.IsAlive)
                near.CloseForDeadProcess(tellPeer: true);
            else if (!_done.TrySetResult(near))
                near.Abandon();
        }

        private TimeSpan Way(SimulatedMachine from, SimulatedMachine to) => TimeSpan.FromTicks(network.Between(from, to).DelayTicks(0));
    }
}
