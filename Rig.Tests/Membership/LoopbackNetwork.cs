using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Rig.Rehearsal.Demo;

namespace Rig.Tests.Membership;

/// <summary>
/// Loopback hosts with a network between them that can be cut, healed and broken: a relay stands at the address that a
/// node announces and passes its callers on to where the node listens. Who calls, it reads in the first bytes, since Akka.NET's
/// handshake begins with the caller's own address. As with TCP, what a cut holds back arrives after it heals, unless the connection was given up.
/// </summary>
internal sealed class LoopbackNetwork : IAsyncDisposable
{
    private static int networks;

    // A network of its own for each test, so that no other's ports are in the way. 127.0.x.x is left to the machine.
    private readonly string _prefix = $"127.{(Interlocked.Increment(ref networks) % 250) + 1}.0.";
    private readonly ConcurrentDictionary<string, LoopbackHost> _hosts = new();
    private readonly ConcurrentDictionary<(string From, string To), TaskCompletionSource> _cuts = new();
    private readonly ConcurrentDictionary<Passage, bool> _passages = new();
    private int _carried;

    /// <summary>Pieces of data that were passed on, ever, in whatever sizes they came.</summary>
    public int Carried => Volatile.Read(ref _carried);

    /// <summary>A host by the name that a test gives it. Addresses sort as the names' first letters do, which are different small ones.</summary>
    public LoopbackHost HostOf(string name) => _hosts.GetOrAdd($"{_prefix}{name[0] - 'a' + 101}", ip => new LoopbackHost(this, ip));

    /// <summary>Nothing passes between the two, in either direction and on connections old and new, until <see cref="Heal"/>.</summary>
    public void Cut(LoopbackHost left, LoopbackHost right)
    {
        foreach (var (from, to) in new[] { (left.Ip, right.Ip), (right.Ip, left.Ip) })
            _cuts.TryAdd((from, to), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    public void Heal()
    {
        foreach (var cut in _cuts.Keys)
        {
            if (_cuts.TryRemove(cut, out var gate))
                gate.SetResult();
        }
    }

    /// <summary>Breaks the connections of that host, or of all; they may be made again.</summary>
    public void Break(LoopbackHost? host = null)
    {
        foreach (var passage in _passages.Keys.Where(passage => host is null || passage.From == host.Ip || passage.To == host))
            passage.Break();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values)
            host.Dispose();
        Break();
        while (_passages.Keys.FirstOrDefault() is { } passage)
            await passage.Ended;
    }

    internal void Accepted(Socket accepted, LoopbackHost called)
    {
        accepted.NoDelay = true;
        var passage = new Passage(this, called);
        _passages.TryAdd(passage, true);
        // It may have gone down in this very moment.
        if (!called.IsUp)
            passage.Break();
        _ = passage.RunAsync(accepted);
    }

    private Task PassAsync(string from, string to, CancellationToken broken) =>
        _cuts.TryGetValue((from, to), out var cut) ? cut.Task.WaitAsync(broken) : Task.CompletedTask;

    /// <summary>One caller's connection.</summary>
    private sealed class Passage(LoopbackNetwork network, LoopbackHost to)
    {
        private readonly CancellationTokenSource _broken = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Null until the caller has said who it is.</summary>
        public string? From { get; private set; }

        public LoopbackHost To => to;

        public Task Ended => _ended.Task;

        public void Break() => _broken.Cancel();

        public async Task RunAsync(Socket accepted)
        {
            try
            {
                await using var near = new NetworkStream(accepted, ownsSocket: true);
                var greeting = await ReadGreetingAsync(near);
                // What has no name is no node, and a host that is down calls nobody.
                if (From is null || !network._hosts.TryGetValue(From, out var caller) || !caller.IsUp)
                    return;
                await network.PassAsync(From, to.Ip, _broken.Token);
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Parse(to.Ip), to.PrivatePort, _broken.Token);
                await using var far = new NetworkStream(socket);
                await far.WriteAsync(greeting, _broken.Token);
                await Task.WhenAll(PumpAsync(near, far, From, to.Ip), PumpAsync(far, near, to.Ip, From));
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // Both ends see their connection end.
            }
            finally
            {
                network._passages.TryRemove(this, out _);
                _ended.SetResult();
            }
        }

        private async Task<ReadOnlyMemory<byte>> ReadGreetingAsync(NetworkStream near)
        {
            var buffer = new byte[4096];
            for (var length = 0; length < buffer.Length;)
            {
                var count = await near.ReadAsync(buffer.AsMemory(length), _broken.Token);
                if (count == 0)
                    break;
                length += count;
                var text = Encoding.Latin1.GetString(buffer, 0, length);
                // All host numbers have three digits.
                if (text.IndexOf(network._prefix, StringComparison.Ordinal) is >= 0 and var at && text.Length >= at + network._prefix.Length + 3)
                {
                    From = text.Substring(at, network._prefix.Length + 3);
                    return buffer.AsMemory(0, length);
                }
            }
            return default;
        }

        /// <summary>One direction. It may end alone, as in TCP; when it fails, both do. Either is only seen where the network lets it through.</summary>
        private async Task PumpAsync(NetworkStream source, NetworkStream target, string sender, string receiver)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (true)
                {
                    var count = await source.ReadAsync(buffer, _broken.Token);
                    await network.PassAsync(sender, receiver, _broken.Token);
                    if (count == 0)
                        break;
                    await target.WriteAsync(buffer.AsMemory(0, count), _broken.Token);
                    Interlocked.Increment(ref network._carried);
                }
                target.Socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception cause) when (cause is IOException or SocketException)
            {
                await network.PassAsync(sender, receiver, _broken.Token);
                await _broken.CancelAsync();
            }
        }
    }
}

/// <summary>One host of a <see cref="LoopbackNetwork"/>, with the port that its node announces. It refuses callers while it is down.</summary>
internal sealed class LoopbackHost : IDisposable
{
    private readonly LoopbackNetwork _network;
    private readonly Lock _gate = new();
    // One socket, bound at all times, so that the port stays ours; without listening, callers are refused. It is shut down and not closed:
    // a program that another test is just starting holds a copy of the closed one until it runs, and that would go on listening. Linux
    // lets the port go with the shutdown unless it was asked for by number.
    private readonly Socket _door;
    private volatile int _timesUp;
    private volatile bool _isUp;

    public LoopbackHost(LoopbackNetwork network, string ip)
    {
        (_network, Ip) = (network, ip);
        PublicPort = FreePort.Next();
        _door = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _door.Bind(new IPEndPoint(IPAddress.Parse(Ip), PublicPort));
    }

    public string Ip { get; }

    public int PublicPort { get; }

    /// <summary>Where the node is to listen.</summary>
    public int PrivatePort { get; private set; }

    public bool IsUp => _isUp;

    public void GoUp()
    {
        lock (_gate)
        {
            PrivatePort = FreePort.Next();
            _isUp = true;
            _door.Listen();
            _ = AcceptAsync(++_timesUp);
        }
    }

    /// <summary>As if the machine were off: callers are refused, and every connection breaks.</summary>
    public void GoDown()
    {
        RefuseCallers();
        _network.Break(this);
    }

    /// <summary>As when the program has ended: what it had sent before still arrives.</summary>
    public void RefuseCallers()
    {
        lock (_gate)
        {
            if (!_isUp)
                return;
            _isUp = false;
            _door.Shutdown(SocketShutdown.Both);
        }
    }

    public void Dispose()
    {
        GoDown();
        _door.Dispose();
    }

    private async Task AcceptAsync(int time)
    {
        while (_isUp && _timesUp == time)
        {
            try
            {
                _network.Accepted(await _door.AcceptAsync(), this);
            }
            catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
            {
                // The host went down; or one caller was gone before it was let in, which is no matter to the next.
            }
        }
    }
}
