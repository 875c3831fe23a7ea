using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using Rig.Engine.Remote.Transport;

namespace Rig.Tests.Engine.Embedded.Remote;

/// <summary>A network in memory that can be cut, slowed and healed. Like TCP: what a cut holds back arrives after it heals, unless the connection was given up.</summary>
internal sealed class FaultyNetwork
{
    private readonly ConcurrentDictionary<(string Host, int Port), Action<ITransportConnection>> _listeners = new();
    private readonly ConcurrentDictionary<(string From, string To), TaskCompletionSource> _cuts = new();
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();
    private int _lastPort = 10_000;

    /// <summary>Added to every chunk of bytes.</summary>
    public TimeSpan Delay { get; set; }

    public ITransport TransportOf(string host, int port) => new Transport(this, host, port);

    /// <summary>Nothing passes between the two sides, in both directions, until <see cref="Heal"/>.</summary>
    public void Cut(string[] left, string[] right)
    {
        foreach (var (a, b) in left.SelectMany(a => right.Select(b => (a, b))))
        {
            _cuts.TryAdd((a, b), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _cuts.TryAdd((b, a), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }

    public void Heal()
    {
        foreach (var cut in _cuts.Keys)
        {
            if (_cuts.TryRemove(cut, out var gate))
                gate.SetResult();
        }
    }

    /// <summary>The machine is gone: its connections break and its ports refuse.</summary>
    public async Task KillAsync(string host)
    {
        foreach (var listener in _listeners.Keys.Where(key => key.Host == host))
            _listeners.TryRemove(listener, out _);
        foreach (var connection in _connections.Keys.Where(connection => connection.From == host || connection.To == host))
            await connection.DisposeAsync();
    }

    /// <summary>Breaks every connection; all may be made again.</summary>
    public async Task BreakAllAsync()
    {
        foreach (var connection in _connections.Keys)
            await connection.DisposeAsync();
    }

    private Task PassAsync(string from, string to) => _cuts.TryGetValue((from, to), out var cut) ? cut.Task : Task.CompletedTask;

    private sealed class Transport(FaultyNetwork network, string host, int port) : ITransport
    {
        private int _port = port;

        public Task<int> ListenAsync(Action<ITransportConnection> accept, CancellationToken cancellationToken)
        {
            if (_port == 0)
                _port = Interlocked.Increment(ref network._lastPort);
            if (!network._listeners.TryAdd((host, _port), accept))
                throw new IOException($"{host}:{_port} is taken.");
            return Task.FromResult(_port);
        }

        public async Task<ITransportConnection> ConnectAsync(string called, int calledPort, CancellationToken cancellationToken)
        {
            await network.PassAsync(host, called).WaitAsync(cancellationToken);
            if (!network._listeners.TryGetValue((called, calledPort), out var accept))
                throw new IOException($"{called}:{calledPort} refuses.", new SocketException((int)SocketError.ConnectionRefused));
            var (near, far) = Connection.Pair(network, host, called);
            accept(far);
            return near;
        }

        public async ValueTask DisposeAsync()
        {
            network._listeners.TryRemove((host, _port), out _);
            foreach (var connection in network._connections.Keys.Where(connection => connection.From == host))
                await connection.DisposeAsync();
        }
    }

    private sealed class Connection : ITransportConnection
    {
        private readonly FaultyNetwork _network;
        private readonly CancellationTokenSource _broken;

        private Connection(FaultyNetwork network, string from, string to, PipeReader input, PipeWriter output, CancellationTokenSource broken)
        {
            (_network, From, To, Input, Output, _broken) = (network, from, to, input, output, broken);
            network._connections.TryAdd(this, true);
        }

        public string From { get; }

        public string To { get; }

        public string Peer => To;

        public PipeReader Input { get; }

        public PipeWriter Output { get; }

        public static (Connection Near, Connection Far) Pair(FaultyNetwork network, string from, string to)
        {
            var broken = new CancellationTokenSource();
            var (nearOut, farIn, farOut, nearIn) = (new Pipe(), new Pipe(), new Pipe(), new Pipe());
            _ = PumpAsync(network, from, to, nearOut.Reader, farIn.Writer, broken.Token);
            _ = PumpAsync(network, to, from, farOut.Reader, nearIn.Writer, broken.Token);
            return (new Connection(network, from, to, nearIn.Reader, nearOut.Writer, broken), new Connection(network, to, from, farIn.Reader, farOut.Writer, broken));
        }

        public async ValueTask DisposeAsync()
        {
            _network._connections.TryRemove(this, out _);
            await _broken.CancelAsync();
        }

        private static async Task PumpAsync(FaultyNetwork network, string from, string to, PipeReader source, PipeWriter target, CancellationToken broken)
        {
            try
            {
                while (true)
                {
                    var result = await source.ReadAsync(broken);
                    if (network.Delay > TimeSpan.Zero)
                        await Task.Delay(network.Delay, broken);
                    await network.PassAsync(from, to).WaitAsync(broken);
                    foreach (var segment in result.Buffer)
                        await target.WriteAsync(segment, broken);
                    source.AdvanceTo(result.Buffer.End);
                    if (result.IsCompleted)
                        break;
                }
            }
            catch (OperationCanceledException)
            {
                // The connection was broken: both ends read its end.
            }
            await target.CompleteAsync(new IOException("The connection was broken."));
            await source.CompleteAsync(new IOException("The connection was broken."));
        }
    }
}
