using System.Buffers;
using System.Security.Cryptography;
using Rig.Engine.Actor;
using Rig.Engine.Remote.Transport;
using Rig.Engine.Remote.Wire;

namespace Rig.Engine.Remote;

/// <summary>Reads what one peer sends: proves who it is, then delivers frame by frame. Writes nothing but the handshake, acknowledgements and pongs.</summary>
internal sealed class InboundConnection(ITransportConnection connection, IInboundHost host, RemoteSettings settings) : IDisposable
{
    private readonly InboundStrings<object> _strings = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private InboundPeer? _peer;
    private bool _acknowledge;
    private bool _pong;

    /// <summary>Raised once, when the handshake is over, well or badly.</summary>
    public event Action? Accepted;

    /// <summary>Completes when nothing more will be delivered from here.</summary>
    public Task Ended => _ended.Task;

    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this very moment.
        }
    }

    public void Dispose() => _stop.Dispose();

    public async Task ServeAsync()
    {
        try
        {
            _peer = await AcceptAsync();
            RaiseAccepted();
            if (_peer is null)
                return;
            await FrameStream.ReadAllAsync(connection.Input, settings.MaxFrameBytes, Receive, AnswerAsync, _stop.Token);
        }
        catch (Exception cause) when (cause is IOException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // The peer connects again if it has something to say.
        }
        catch (WireFormatException cause)
        {
            host.ProtocolFault(connection.Peer, cause.Message);
        }
        finally
        {
            RaiseAccepted();
            await connection.DisposeAsync();
            _peer?.Release(this);
            _ended.SetResult();
        }
    }

    private void RaiseAccepted()
    {
        Accepted?.Invoke();
        Accepted = null;
    }

    private async Task<InboundPeer?> AcceptAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await using var timer = host.Time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), patience, settings.HandshakeTimeout, Timeout.InfiniteTimeSpan);
        var (kind, body) = await FrameStream.ReadOneAsync(connection.Input, Handshake.MaxFrameBytes, patience.Token);
        if (kind != FrameKind.Hello)
            throw new WireFormatException($"A connection that starts with {kind}.");
        var hello = Handshake.DecodeHello(body.Span);
        if (hello.ProtocolVersion != Handshake.ProtocolVersion)
            return await RejectAsync(RejectReason.Version, $"speaks protocol version {hello.ProtocolVersion}, this node {Handshake.ProtocolVersion}: run the same release on all nodes", patience.Token);
        if (hello.To != host.LocalAddress.ToString())
            return await RejectAsync(RejectReason.WrongAddress, $"calls this node {hello.To}, but it is {host.LocalAddress}: set public-hostname to the name the others use", patience.Token);
        if (!Address.TryParse(hello.From, out var from) || from.Host is null || from.Port is null || from == host.LocalAddress)
            throw new WireFormatException("A caller without an address of its own.");

        var nonce = Handshake.NewNonce();
        var challenge = new Challenge(host.Uid, nonce, Handshake.CalledProof(settings.Cookie, hello, host.Uid, nonce));
        Frame.Write(connection.Output, FrameKind.Challenge, Handshake.Encode(challenge));
        await connection.Output.FlushAsync(patience.Token);
        (kind, body) = await FrameStream.ReadOneAsync(connection.Input, Handshake.MaxFrameBytes, patience.Token);
        if (kind != FrameKind.Proof || !CryptographicOperations.FixedTimeEquals(Handshake.CallerProof(settings.Cookie, hello, challenge), body.Span))
            return await RejectAsync(RejectReason.Cookie, "does not know the cookie: set the same akka.remote.cookie on all nodes", patience.Token);
        if (host.IsQuarantined(from, hello.Uid))
            return await RejectAsync(RejectReason.Quarantined, "is an incarnation that was given up", patience.Token);

        var peer = await host.PeerConnectedAsync(from, hello.Uid, this);
        Frame.Write(connection.Output, FrameKind.Welcome, []);
        await connection.Output.FlushAsync(patience.Token);
        return peer;
    }

    private async Task<InboundPeer?> RejectAsync(RejectReason reason, string explanation, CancellationToken cancellationToken)
    {
        host.ProtocolFault(connection.Peer, $"it {explanation}.");
        Frame.Write(connection.Output, FrameKind.Reject, Handshake.Encode(reason));
        await connection.Output.FlushAsync(cancellationToken);
        return null;
    }

    private void Receive(FrameKind kind, ReadOnlySequence<byte> body)
    {
        if (body.IsSingleSegment)
        {
            Receive(kind, body.FirstSpan);
            return;
        }
        var length = (int)body.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(buffer);
            Receive(kind, buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Receive(FrameKind kind, ReadOnlySpan<byte> body)
    {
        switch (kind)
        {
            case FrameKind.Message:
                ReceiveMessage(body);
                break;
            case FrameKind.SystemMessage:
                var (sequence, message) = RemoteSystemMessage.Decode(body);
                _acknowledge = true;
                if (_peer!.System.Accept(sequence))
                    host.ReceiveSystem(_peer.Address, message);
                break;
            case FrameKind.Define:
                _strings.Define(System.Text.Encoding.UTF8.GetString(body));
                break;
            case FrameKind.Ping:
                _pong = true;
                break;
            case FrameKind.Goodbye:
                host.PeerGone(_peer!.Address, _peer.Uid);
                break;
            default:
                throw new WireFormatException($"{kind} is not expected from a caller.");
        }
    }

    private void ReceiveMessage(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var recipient = ReadActor(ref reader) ?? throw new WireFormatException("A message to nobody.");
        var sender = ReadActor(ref reader);
        var serializerId = reader.Int32();
        var manifest = ReadString(ref reader, out _) ?? "";
        host.Receive(recipient, sender, serializerId, manifest, reader.Rest());
    }

    private IInternalActorRef? ReadActor(ref WireReader reader)
    {
        if (ReadString(ref reader, out var entry) is not { } path)
            return null;
        if (entry?.Cached is IInternalActorRef { IsTerminated: false } known)
            return known;
        var actor = host.Resolve(path);
        if (entry is not null && !actor.IsTerminated)
            entry.Cached = actor;
        return actor;
    }

    private string? ReadString(ref WireReader reader, out InboundStrings<object>.Entry? entry)
    {
        var reference = reader.UInt64();
        entry = reference >= StringRef.FirstDefined ? _strings.Get(reference) : null;
        return reference switch
        {
            StringRef.None => null,
            StringRef.Inline => reader.String(),
            _ => entry!.Text,
        };
    }

    private async ValueTask AnswerAsync()
    {
        if (!_acknowledge && !_pong)
            return;
        if (_acknowledge)
            Frame.Write(connection.Output, FrameKind.Ack, new WireWriter(Varint.MaxBytes).Int64(_peer!.System.Delivered).WrittenSpan);
        if (_pong)
            Frame.Write(connection.Output, FrameKind.Pong, []);
        _acknowledge = _pong = false;
        await connection.Output.FlushAsync(_stop.Token);
    }
}

/// <summary>One incarnation of a peer as seen from here: what it has delivered so far outlives its connections.</summary>
internal sealed class InboundPeer(Address address, int uid)
{
    private readonly Lock _gate = new();
    private InboundConnection? _current;

    public Address Address { get; } = address;

    public int Uid { get; } = uid;

    public SystemInbox System { get; } = new();

    /// <summary>The new connection takes over only when the former has delivered its last message, so that order holds.</summary>
    public async Task TakeOverAsync(InboundConnection connection)
    {
        InboundConnection? former;
        lock (_gate)
        {
            former = _current;
            _current = connection;
        }
        if (former is null)
            return;
        former.Stop();
        await former.Ended;
    }

    public void Release(InboundConnection connection)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_current, connection))
                _current = null;
        }
    }

    public void Close()
    {
        lock (_gate)
            _current?.Stop();
    }
}

/// <summary>What an inbound connection needs of its node.</summary>
internal interface IInboundHost
{
    Address LocalAddress { get; }

    int Uid { get; }

    TimeProvider Time { get; }

    bool IsQuarantined(Address remote, int uid);

    Task<InboundPeer> PeerConnectedAsync(Address remote, int uid, InboundConnection connection);

    /// <summary>The peer says that it shuts down: this incarnation will never speak again.</summary>
    void PeerGone(Address remote, int uid);

    IInternalActorRef Resolve(string path);

    void Receive(IInternalActorRef recipient, IInternalActorRef? sender, int serializerId, string manifest, ReadOnlySpan<byte> payload);

    void ReceiveSystem(Address remote, RemoteSystemMessage message);

    void ProtocolFault(string peer, string explanation);
}
