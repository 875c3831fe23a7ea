using System.Collections.Concurrent;
using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;
using Rig.Engine.Event;
using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Remote;

/// <summary>
/// All connections of one node: an <see cref="Association"/> for each node it speaks to, an <see cref="InboundConnection"/> for each that speaks to it,
/// which incarnations it knows and which it has given up.
/// </summary>
internal sealed class Remoting : IAssociationHost, IInboundHost, IAsyncDisposable
{
    /// <summary>Given-up incarnations that are remembered; the oldest are forgotten first.</summary>
    private const int MaxQuarantined = 1000;

    private readonly RemoteSettings _settings;
    private readonly RemoteActorRefProvider _provider;
    private readonly ActorSystemImpl _system;
    private readonly ILoggingAdapter _log;
    private readonly ConcurrentDictionary<Address, Association> _associations = new();
    private readonly ConcurrentDictionary<Address, InboundPeer> _peers = new();
    private readonly ConcurrentDictionary<Address, int> _incarnations = new();
    private readonly ConcurrentDictionary<(Address Address, int Uid), long> _quarantined = new();
    private readonly HashSet<InboundConnection> _inbound = [];
    private readonly SemaphoreSlim _handshakes;
    private readonly RemoteWatcher _watcher = new();
    private readonly Lock _incarnationGate = new();
    private ITimer? _watchTimer;
    private int _droppedSinceReport;
    private volatile bool _shuttingDown;

    public Remoting(ActorSystemImpl system, RemoteActorRefProvider provider, RemoteSettings settings, ITransport transport, TimeProvider time)
    {
        _system = system;
        _provider = provider;
        _settings = settings;
        Transport = transport;
        Time = time;
        _log = Logging.GetLogger(system, "remoting");
        _handshakes = new SemaphoreSlim(settings.MaxHandshakes);
        Uid = (int)system.Runtime.NextUid();
        LocalAddress = new Address(RemoteActorRefProvider.Protocol, system.Name, settings.PublicHostname, settings.PublicPort);
    }

    public Address LocalAddress { get; private set; }

    /// <summary>Tells this life of the node from former and later ones on the same address.</summary>
    public int Uid { get; }

    public ITransport Transport { get; }

    public TimeProvider Time { get; }

    public Engine.Serialization.Serialization Serialization => _system.Serialization;

    /// <summary>True for addresses that the cluster watches over; silence alone does not end watches there.</summary>
    public Func<Address, bool> IsWatchedByCluster { get; set; } = _ => false;

    /// <summary>Binds the port; the node is reachable when this returns.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        var port = await Transport.ListenAsync(Accept, cancellationToken);
        LocalAddress = LocalAddress.WithPort(_settings.PublicPort != 0 ? _settings.PublicPort : port);
        _watchTimer = Time.CreateTimer(_ => GiveUpSilentSystems(), null, _settings.PingInterval, _settings.PingInterval);
    }

    public Association AssociationFor(Address remote) =>
        _associations.TryGetValue(remote, out var known) ? known : _associations.GetOrAdd(remote, address => new Association(this, _settings, address));

    public void SendSystem(RemoteActorRef recipient, SystemMessage message)
    {
        if (RemoteSystemMessage.From(message, recipient.WirePath, LocalAddress) is not { } remote)
            return;
        var address = recipient.Path.Address;
        var association = AssociationFor(address);
        switch (message)
        {
            case Watch watch:
                if (_watcher.Watching(watch.Watchee, watch.Watcher))
                    association.WatchOver(true);
                break;
            case Unwatch unwatch:
                if (_watcher.NoLongerWatching(unwatch.Watchee, unwatch.Watcher))
                    association.WatchOver(false);
                break;
        }
        if (!association.TrySendSystem(remote) && _incarnations.TryGetValue(address, out var uid))
            Quarantine(address, uid, "it has not acknowledged system messages for too long");
    }

    /// <summary>Gives up one incarnation for good: nothing is accepted from it or sent to it any more, and all watches on it end.</summary>
    public void Quarantine(Address remote, int uid, string reason)
    {
        if (!_quarantined.TryAdd((remote, uid), Time.GetTimestamp()))
            return;
        if (_quarantined.Count > MaxQuarantined)
            _quarantined.TryRemove(_quarantined.MinBy(entry => entry.Value));
        _log.Info("{0} (incarnation {1}) is given up: {2}", remote, uid, reason);
        End(remote, uid);
        _system.EventStream.Publish(new QuarantinedEvent(remote, uid));
    }

    public bool IsQuarantined(Address remote, int uid) => _quarantined.ContainsKey((remote, uid));

    public void PeerMet(Address remote, int uid)
    {
        lock (_incarnationGate)
        {
            if (_incarnations.TryGetValue(remote, out var known) && known == uid)
                return;
            var isFirst = !_incarnations.ContainsKey(remote);
            _incarnations[remote] = uid;
            if (isFirst)
                return;
        }
        if (_associations.TryGetValue(remote, out var association))
            association.PeerReplaced(uid);
        _watcher.AddressTerminated(remote);
    }

    public void PeerGone(Address remote, int uid)
    {
        _log.Debug("{0} has shut down", remote);
        End(remote, uid);
        _system.EventStream.Publish(new PeerShutDown(remote, uid));
    }

    public void ConnectionLost(Address remote, Exception cause)
    {
        _log.Debug("Connection to {0}: {1}", remote, cause.Message);
        var refused = cause.InnerException is System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.ConnectionRefused };
        _system.EventStream.Publish(new AssociationFailed(remote, refused));
    }

    public void QuarantinedBy(Address remote)
    {
        _log.Warning("{0} has given up this node; it must be restarted to be accepted again", remote);
        _system.EventStream.Publish(new ThisActorSystemQuarantinedEvent(LocalAddress, remote));
    }

    public void GivenUpAnswers(Address remote) => _system.EventStream.Publish(new GivenUpButAlive(remote));

    public void Dropped(in Outbound item)
    {
        // One line in a hundred thousand: a full queue must not turn into a full log.
        if (!item.Recipient.IsControl && Interlocked.Increment(ref _droppedSinceReport) % 100_000 == 1)
            _log.Warning("Messages to {0} are dropped: it cannot be reached, or akka.remote.outbound-message-queue-size is exceeded", item.Recipient.Path.Address);
        if (!item.Recipient.IsControl)
            DeadLetter(item);
    }

    public void CannotSend(in Outbound item, Exception cause)
    {
        _log.Error(cause, "{0} for {1} cannot be sent", item.Message.GetType().Name, item.Recipient.Path);
        DeadLetter(item);
    }

    public async Task<InboundPeer> PeerConnectedAsync(Address remote, int uid, InboundConnection connection)
    {
        PeerMet(remote, uid);
        InboundPeer peer;
        InboundPeer? former = null;
        while (true)
        {
            if (!_peers.TryGetValue(remote, out var known))
            {
                if (_peers.TryAdd(remote, peer = new InboundPeer(remote, uid)))
                    break;
            }
            else if (known.Uid == uid)
            {
                peer = known;
                break;
            }
            else if (_peers.TryUpdate(remote, peer = new InboundPeer(remote, uid), known))
            {
                former = known;
                break;
            }
        }
        former?.Close();
        await peer.TakeOverAsync(connection);
        return peer;
    }

    public IInternalActorRef Resolve(string path) => _provider.ResolveActorRef(path);

    public void Receive(IInternalActorRef recipient, IInternalActorRef? sender, int serializerId, string manifest, ReadOnlySpan<byte> payload)
    {
        object message;
        try
        {
            message = _system.Serialization.Deserialize(payload.ToArray(), serializerId, manifest);
        }
        catch (Exception cause)
        {
            // One message that this release does not know must not cost the connection.
            _log.Error(cause, "A message for {0} (serializer {1}, manifest '{2}') cannot be read", recipient.Path, serializerId, manifest);
            return;
        }
        if (message is ActorSelectionMessage selection)
            Actor.ActorSelection.DeliverSelection(recipient, sender, selection);
        else
            recipient.Tell(message, sender);
    }

    public void ReceiveSystem(Address remote, RemoteSystemMessage message)
    {
        var recipient = Resolve(message.Recipient);
        switch (message.Kind)
        {
            case RemoteSystemKind.Watch:
                var watcher = Resolve(message.Other);
                _watcher.WatchedBy(recipient, watcher);
                recipient.SendSystemMessage(new Watch(recipient, watcher));
                break;
            case RemoteSystemKind.Unwatch:
                var unwatcher = Resolve(message.Other);
                _watcher.NoLongerWatchedBy(recipient, unwatcher);
                recipient.SendSystemMessage(new Unwatch(recipient, unwatcher));
                break;
            case RemoteSystemKind.Died:
                var dead = Resolve(message.Other);
                if (_watcher.NoLongerWatching(dead, recipient))
                    AssociationFor(remote).WatchOver(false);
                recipient.SendSystemMessage(new DeathWatchNotification(dead, message.ExistenceConfirmed, message.AddressTerminated));
                break;
            case RemoteSystemKind.Stop:
                recipient.Stop();
                break;
        }
    }

    public void ProtocolFault(string peer, string explanation) => _log.Warning("The connection from {0} was refused or ended: {1}", peer, explanation);

    /// <summary>Flushes, says goodbye and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        _shuttingDown = true;
        if (_watchTimer is not null)
            await _watchTimer.DisposeAsync();
        // In an order that does not depend on hash codes, which differ from one run of a program to the next.
        await Task.WhenAll(_associations.Values
            .OrderBy(association => association.Remote.ToString(), StringComparer.Ordinal)
            .Select(association => association.DisposeAsync().AsTask()));
        List<InboundConnection> inbound;
        lock (_inbound)
            inbound = [.. _inbound];
        foreach (var connection in inbound)
            connection.Stop();
        // One after the other: Task.WhenAll of tasks that end asynchronously goes by way of the thread pool, past a simulation.
        foreach (var connection in inbound)
            await connection.Ended;
        await Transport.DisposeAsync();
    }

    private void Accept(ITransportConnection connection) => _ = ServeAsync(connection);

    private async Task ServeAsync(ITransportConnection connection)
    {
        // Strangers that never finish their handshake may not pile up.
        if (_shuttingDown || !_handshakes.Wait(0, CancellationToken.None))
        {
            await connection.DisposeAsync();
            return;
        }
        using var inbound = new InboundConnection(connection, this, _settings);
        inbound.Accepted += () => _handshakes.Release();
        lock (_inbound)
            _inbound.Add(inbound);
        await inbound.ServeAsync();
        lock (_inbound)
            _inbound.Remove(inbound);
    }

    private void End(Address remote, int uid)
    {
        if (_incarnations.TryGetValue(remote, out var known) && known != uid)
            return;
        if (_associations.TryGetValue(remote, out var association))
        {
            association.WatchOver(false);
            association.PeerReplaced(null);
        }
        if (_peers.TryGetValue(remote, out var peer) && peer.Uid == uid)
            peer.Close();
        _watcher.AddressTerminated(remote);
    }

    private void GiveUpSilentSystems()
    {
        foreach (var address in _watcher.WatchedAddresses())
        {
            if (IsWatchedByCluster(address) || AssociationFor(address) is not { } association || association.Silence < _settings.WatchPause)
                continue;
            if (association.PeerUid is { } uid)
                Quarantine(address, uid, $"it is watched and has been silent for {association.Silence.TotalSeconds:0.0} s");
            else
                _watcher.AddressTerminated(address);
        }
    }

    private void DeadLetter(in Outbound item) =>
        _provider.DeadLetters.Tell(new DeadLetter(item.Message, item.Sender ?? _provider.DeadLetters, item.Recipient), item.Sender);
}
