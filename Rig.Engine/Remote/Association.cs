using System.Buffers;
using Rig.Engine.Actor;
using Rig.Engine.Dispatch;
using Rig.Engine.Remote.Transport;
using Rig.Engine.Remote.Wire;

namespace Rig.Engine.Remote;

/// <summary>
/// Everything this node sends to one other: connects when there is something to say, reconnects with growing pauses,
/// numbers and repeats system messages until acknowledged, and drops user messages (counted, to dead letters) where it cannot keep up.
/// </summary>
/// <remarks>
/// One task owns the connection and the encoder; senders only touch the lanes and the outbox.
/// Idle -> Connecting -> Open -> Idle, or Gated after a failure until the pause is over. What the peer sends comes in over its own connection.
/// </remarks>
internal sealed class Association : IAsyncDisposable
{
    private const int FlushAtBytes = 64 * 1024;

    private readonly IAssociationHost _host;
    private readonly RemoteSettings _settings;
    private readonly OutboundLane _ordinary;
    private readonly OutboundLane _control;
    private readonly SystemOutbox<RemoteSystemMessage> _system;
    private readonly Lock _systemGate = new();
    private readonly WakeUp _wakeup = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _signalled;
    private volatile bool _gated;
    private volatile CancellationTokenSource? _connection;
    private long _dropped;
    private long _lastContact;
    private int? _peerUid;

    public Association(IAssociationHost host, RemoteSettings settings, Address remote)
    {
        _host = host;
        _settings = settings;
        Remote = remote;
        _ordinary = new OutboundLane(settings.OutboundQueueSize);
        _control = new OutboundLane(settings.ControlQueueSize);
        _system = new SystemOutbox<RemoteSystemMessage>(settings.SystemBufferSize);
        _lastContact = host.Time.GetTimestamp();
        _running = Background.Run(RunAsync);
    }

    public Address Remote { get; }

    /// <summary>User messages that were given up, ever.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>The incarnation that was last spoken to.</summary>
    public int? PeerUid
    {
        get
        {
            lock (_systemGate)
                return _peerUid;
        }
    }

    /// <summary>How long the peer has not answered. Only grows while there is a reason to speak to it.</summary>
    public TimeSpan Silence => _host.Time.GetElapsedTime(Volatile.Read(ref _lastContact));

    /// <summary>Keeps the connection up, and its silence meaningful, although nothing is sent.</summary>
    public bool KeepOpen { get; private set; }

    public void Send(in Outbound item)
    {
        var lane = item.Recipient.IsControl ? _control : _ordinary;
        if (_gated || _stopping.IsCancellationRequested || !lane.TryEnqueue(item))
            Drop(item);
        else
            Signal();
    }

    /// <summary>False when the peer has left so many unacknowledged that it must be quarantined.</summary>
    public bool TrySendSystem(RemoteSystemMessage message)
    {
        lock (_systemGate)
        {
            if (!_system.TryAdd(message))
                return false;
        }
        Signal();
        return true;
    }

    private void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
            _wakeup.Set();
    }

    /// <summary>From now on silence means something: the connection is kept, pinged, and made again when it breaks.</summary>
    public void WatchOver(bool watched)
    {
        if (watched && !KeepOpen)
            Volatile.Write(ref _lastContact, _host.Time.GetTimestamp());
        KeepOpen = watched;
        Signal();
    }

    /// <summary>Drops the connection at hand; the next one starts with a new handshake.</summary>
    public void Disconnect()
    {
        try
        {
            _connection?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this very moment.
        }
    }

    /// <summary>The peer is another incarnation now (or, when null, given up): what was meant for the former one is forgotten.</summary>
    public void PeerReplaced(int? uid)
    {
        lock (_systemGate)
        {
            if (_peerUid == uid)
                return;
            var isFirst = _peerUid is null;
            _peerUid = uid;
            // What was queued before the first contact is for whoever lives there.
            if (isFirst)
                return;
            _system.Reset();
        }
        Disconnect();
    }

    public async ValueTask DisposeAsync()
    {
        // What is queued already gets its chance; the peer then reads Goodbye and knows that this incarnation is over.
        using (var patience = new CancellationTokenSource(_settings.FlushTimeout, _host.Time))
        {
            try
            {
                while (_connection is not null && !(_control.IsEmpty && _ordinary.IsEmpty && !HasUnsentSystem()))
                    await Task.Delay(TimeSpan.FromMilliseconds(5), _host.Time, patience.Token);
            }
            catch (OperationCanceledException)
            {
                // Flushed as much as the time allowed.
            }
        }
        // Cancel and not CancelAsync, here and below: that one hands the callbacks to the thread pool, which a simulation must own.
        _stopping.Cancel();
        Signal();
        await _running;
        DropQueued();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = _settings.MinBackoff;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!HasWork())
                    await _wakeup.WaitAsync(_stopping.Token);
                Interlocked.Exchange(ref _signalled, 0);
                if (!HasWork())
                    continue;
                await using var connection = await ConnectAsync();
                backoff = _settings.MinBackoff;
                await SpeakAsync(connection);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception cause) when (cause is IOException or WireFormatException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
            {
                _host.ConnectionLost(Remote, cause);
                _gated = true;
                DropQueued();
                try
                {
                    await Task.Delay(backoff, _host.Time, _stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, _settings.MaxBackoff.Ticks));
                _gated = false;
            }
        }
    }

    private async Task<ITransportConnection> ConnectAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var connectTimer = _host.Time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), patience, _settings.ConnectionTimeout, Timeout.InfiniteTimeSpan);
        var connection = await _host.Transport.ConnectAsync(Remote.Host!, Remote.Port!.Value, patience.Token);
        try
        {
            await ShakeHandsAsync(connection, patience.Token);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task ShakeHandsAsync(ITransportConnection connection, CancellationToken cancellationToken)
    {
        var hello = new Hello(Handshake.ProtocolVersion, _host.LocalAddress.ToString(), Remote.ToString(), _host.Uid, Handshake.NewNonce());
        Frame.Write(connection.Output, FrameKind.Hello, Handshake.Encode(hello));
        await connection.Output.FlushAsync(cancellationToken);
        var challenge = Handshake.DecodeChallenge((await ReadOneAsync(connection, FrameKind.Challenge, cancellationToken)).Span);
        if (!Handshake.SameProof(Handshake.CalledProof(_settings.Cookie, hello, challenge.Uid, challenge.Nonce), challenge.Proof))
            throw new IOException($"{Remote} does not know the cookie of this node. Set the same akka.remote.cookie on all nodes.");
        if (_host.IsQuarantined(Remote, challenge.Uid))
        {
            _host.GivenUpAnswers(Remote);
            throw new IOException($"{Remote} is the incarnation {challenge.Uid} that this node gave up. It must be restarted.");
        }

        Frame.Write(connection.Output, FrameKind.Proof, Handshake.CallerProof(_settings.Cookie, hello, challenge));
        await connection.Output.FlushAsync(cancellationToken);
        await ReadOneAsync(connection, FrameKind.Welcome, cancellationToken);
        Meet(challenge.Uid);
    }

    private void Meet(int uid)
    {
        _host.PeerMet(Remote, uid);
        PeerReplaced(uid);
        lock (_systemGate)
            _system.Rewind();
        Volatile.Write(ref _lastContact, _host.Time.GetTimestamp());
    }

    private async Task<ReadOnlyMemory<byte>> ReadOneAsync(ITransportConnection connection, FrameKind expected, CancellationToken cancellationToken)
    {
        var (kind, body) = await FrameStream.ReadOneAsync(connection.Input, Handshake.MaxFrameBytes, cancellationToken);
        if (kind == expected)
            return body;
        if (kind != FrameKind.Reject)
            throw new WireFormatException($"{Remote} answered {kind} where {expected} was expected.");
        var reason = Handshake.DecodeReject(body.Span);
        if (reason == RejectReason.Quarantined)
            _host.QuarantinedBy(Remote);
        throw new IOException($"{Remote} refused the connection: {reason}.");
    }

    private async Task SpeakAsync(ITransportConnection connection)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _connection = ended;
        var listening = ListenAsync(connection, ended);
        // The timer only raises a flag: the loop below writes the ping, so that one task owns the output.
        var pingDue = false;
        await using var pinger = _host.Time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref pingDue, true);
                if (Silence > _settings.PingPause)
                    Disconnect();
                else
                    Signal();
            },
            null,
            _settings.PingInterval,
            _settings.PingInterval);
        try
        {
            var encoder = new MessageEncoder(connection.Output, _host.LocalAddress, _host.Serialization, _settings.MaxFrameBytes);
            while (true)
            {
                if (Volatile.Read(ref pingDue))
                {
                    Volatile.Write(ref pingDue, false);
                    Frame.Write(connection.Output, FrameKind.Ping, []);
                }
                var more = FillBatch(connection, encoder);
                await connection.Output.FlushAsync(ended.Token);
                if (more)
                    continue;
                await _wakeup.WaitAsync(ended.Token);
                Interlocked.Exchange(ref _signalled, 0);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            await SayGoodbyeAsync(connection);
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new IOException($"The connection to {Remote} ended.");
        }
        finally
        {
            _connection = null;
            ended.Cancel();
            await connection.DisposeAsync();
            await listening;
        }
    }

    /// <summary>Encodes what is waiting, system messages first and the user's last; true if the batch was full before the queues were empty.</summary>
    private bool FillBatch(ITransportConnection connection, MessageEncoder encoder)
    {
        List<(long Sequence, RemoteSystemMessage Message)>? system = null;
        lock (_systemGate)
        {
            if (_system.HasUnsent)
                system = _system.TakeUnsent();
        }
        foreach (var (sequence, message) in system ?? [])
            Frame.Write(connection.Output, FrameKind.SystemMessage, message.Encode(sequence));
        while (_control.TryDequeue(out var item))
            Encode(encoder, item);
        while (connection.Output.UnflushedBytes < FlushAtBytes && _control.IsEmpty)
        {
            if (!_ordinary.TryDequeue(out var item))
                return false;
            Encode(encoder, item);
        }
        return true;
    }

    private void Encode(MessageEncoder encoder, in Outbound item)
    {
        try
        {
            encoder.Write(item);
        }
        catch (Exception cause)
        {
            _host.CannotSend(item, cause);
            Interlocked.Increment(ref _dropped);
        }
    }

    private async Task ListenAsync(ITransportConnection connection, CancellationTokenSource ended)
    {
        try
        {
            await FrameStream.ReadAllAsync(connection.Input, Handshake.MaxFrameBytes, Hear, afterBatch: null, ended.Token);
        }
        catch (Exception cause) when (cause is IOException or WireFormatException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // The writer is told below, and reports.
        }
        finally
        {
            ended.Cancel();
        }
    }

    private void Hear(FrameKind kind, ReadOnlySequence<byte> body)
    {
        Volatile.Write(ref _lastContact, _host.Time.GetTimestamp());
        if (kind != FrameKind.Ack)
            return;
        var sequence = new WireReader(body.ToArray()).Int64();
        lock (_systemGate)
        {
            if (!_system.Acknowledge(sequence))
                throw new WireFormatException($"{Remote} acknowledges system message {sequence}, which was never sent.");
        }
    }

    private async Task SayGoodbyeAsync(ITransportConnection connection)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), _host.Time);
        try
        {
            Frame.Write(connection.Output, FrameKind.Goodbye, []);
            await connection.Output.FlushAsync(patience.Token);
        }
        catch (Exception cause) when (cause is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // A courtesy: the peer finds out by itself otherwise.
        }
    }

    private bool HasWork()
    {
        if (KeepOpen || !_control.IsEmpty || !_ordinary.IsEmpty)
            return true;
        lock (_systemGate)
            return _system.Count > 0;
    }

    private bool HasUnsentSystem()
    {
        lock (_systemGate)
            return _system.HasUnsent;
    }

    private void DropQueued()
    {
        while (_control.TryDequeue(out var item) || _ordinary.TryDequeue(out item))
            Drop(item);
    }

    private void Drop(in Outbound item)
    {
        Interlocked.Increment(ref _dropped);
        _host.Dropped(item);
    }
}
