using Rig.Engine.Actor;
using Rig.Engine.Cluster.Membership;
using Rig.Engine.Dispatch;
using Rig.Engine.Event;
using Rig.Engine.Remote;
using static Rig.Engine.Cluster.ClusterMessages;

namespace Rig.Engine.Cluster;

/// <summary>Holds this node's <see cref="MembershipState"/>: feeds it, spreads what changed, tells subscribers.</summary>
/// <remarks>Outside -> Joining -> member -> shut down. After the last step it only answers subscriptions. See docs/design/cluster.md.</remarks>
internal sealed class ClusterDaemonActor : ReceiveActor, IWithTimers
{
    public const string Name = "cluster";

    private readonly Cluster _cluster;
    private readonly ClusterSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<IActorRef, HashSet<Type>> _subscribers = [];
    private readonly List<Action> _onUp = [];
    private readonly List<Action> _onRemoved = [];
    private MembershipState _state;
    private Address? _joining;
    private DateTimeOffset _joiningSince;
    private long _takenInAt;
    private IReadOnlyList<Address> _seeds = [];
    private IActorRef? _seedContact;
    private bool _leavingByShutdown;
    private bool _isShutDown;

    public ClusterDaemonActor(Cluster cluster)
    {
        _cluster = cluster;
        _settings = cluster.Settings;
        _state = MembershipState.Outside(cluster.SelfUniqueAddress);

        Receive<GossipEnvelope>(OnGossip);
        Receive<Observed>(observed => Advance(_state.Observe(observed.Reachable)));
        Receive<GossipTick>(_ => OnTick());
        Receive<InitJoin>(_ => Sender.Tell(_state.SelfMember is { Status: MemberStatus.Up or MemberStatus.Joining } && !_isShutDown
            ? new InitJoinAck(_cluster.SelfAddress)
            : new InitJoinNack(_cluster.SelfAddress)));
        Receive<Join>(OnJoin);
        Receive<Welcome>(OnWelcome);
        Receive<JoinTo>(join => StartJoining(join.Address));
        Receive<JoinSeeds>(join => ContactSeeds(join.Seeds));
        Receive<GivenUpButAlive>(other => OnParted(other.RemoteAddress));
        Receive<Unknown>(OnUnknown);
        Receive<GiveWay>(other => DownSelf(other.Reason));
        Receive<Leave>(leave => Advance(_state.Leave(leave.Address)));
        Receive<Down>(down => Advance(_state.Down(down.Address)));
        Receive<ExitingConfirmed>(confirmed => Advance(_state.Confirm(confirmed.Node)));
        Receive<PeerShutDown>(OnPeerShutDown);
        Receive<ThisActorSystemQuarantinedEvent>(OnQuarantined);
        Receive<Subscribe>(OnSubscribe);
        Receive<Unsubscribe>(OnUnsubscribe);
        Receive<SendState>(send => send.Receiver.Tell(_cluster.State));
        Receive<OnMemberUp>(registration => RunOrKeep(_onUp, registration.Callback, _state.SelfMember is { Status: MemberStatus.Up }));
        Receive<OnMemberRemoved>(registration => RunOrKeep(_onRemoved, registration.Callback, _isShutDown));
        Receive<LeaveForShutdown>(_ => OnLeaveForShutdown());
        Receive<ConfirmExit>(_ => OnConfirmExit());
        Receive<Terminated>(gone => _subscribers.Remove(gone.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        // A restart after a failure finds its state lost: this incarnation can only end.
        if (_cluster.IsTerminated)
        {
            _isShutDown = true;
            return;
        }
        Timers.StartPeriodicTimer(nameof(GossipTick), GossipTick.Instance, _settings.GossipInterval);
        Context.System.EventStream.Subscribe(Self, typeof(PeerShutDown));
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
        Context.System.EventStream.Subscribe(Self, typeof(GivenUpButAlive));
        if (_settings.SeedNodes.Count > 0)
            ContactSeeds(_settings.SeedNodes);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        ShutDown();
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        base.PreRestart(reason, message);
        _log.Error(reason, "The cluster daemon failed; this node leaves the cluster");
        _ = CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
    }

    private void OnJoin(Join join)
    {
        if (_isShutDown)
            return;
        var (next, welcome) = _state.Admit(join.Node, join.Roles, _cluster.Time.GetUtcNow());
        if (!welcome)
        {
            _log.Info("{0} asks to join and is not taken in: this node is {1}", join.Node, _state.SelfMember?.Status.ToString() ?? "in no cluster");
            return;
        }
        Advance(next);
        if (join.Node != _state.Self)
            DaemonAt(join.Node.Address).Tell(new Welcome(_state.Self, _state.Gossip), Self);
    }

    private void OnWelcome(Welcome welcome)
    {
        if (_state.IsMember || _isShutDown || welcome.From.Address != _joining)
            return;
        _joining = null;
        _takenInAt = _cluster.Time.GetTimestamp();
        _log.Info("{0} has taken this node in", welcome.From.Address);
        Advance(_state.Enter(welcome.Gossip));
        SendGossip(welcome.From);
    }

    private void OnGossip(GossipEnvelope envelope)
    {
        if (_isShutDown || envelope.To != _state.Self || !_state.IsMember)
            return;
        if (envelope.Gossip.Tombstones.ContainsKey(_state.Self))
        {
            DownSelf("the cluster has removed it");
            return;
        }
        if (_state.Gossip.Find(envelope.From) is null)
        {
            DaemonAt(envelope.From.Address).Tell(new Unknown(_state.Self, envelope.From), Self);
            return;
        }
        if (envelope.Gossip.Find(_state.Self) is null)
            return;
        var (next, talkBack) = _state.Receive(envelope.Gossip);
        Advance(next);
        if (talkBack && !_isShutDown)
            SendGossip(envelope.From);
    }

    private void OnTick()
    {
        if (_joining is { } target && !_isShutDown)
        {
            var waiting = _cluster.Time.GetUtcNow() - _joiningSince;
            if (_seeds.Count > 0 && waiting > _settings.RetryUnsuccessfulJoinAfter)
                ContactSeeds(_seeds);
            else
                SendJoin(target);
        }
        if (!_state.IsMember || _isShutDown)
            return;
        Advance(_state with { Gossip = _state.Gossip.WithoutTombstonesBefore(_cluster.Time.GetUtcNow() - _settings.TombstoneTimeToLive) });
        // Mostly to someone who is not known to have seen this state; sometimes to anyone, so that a lost view heals.
        var others = Others().ToList();
        var unseen = others.Where(node => !_state.Gossip.Seen.Contains(node)).ToList();
        var pool = unseen.Count > 0 ? unseen : others;
        if (pool.Count > 0)
            SendGossip(pool[_cluster.Pick(pool.Count)]);
    }

    private void OnPeerShutDown(PeerShutDown peer)
    {
        var node = new UniqueAddress(peer.Address, peer.Uid);
        if (_state.Gossip.Find(node) is not { } member || _isShutDown)
            return;
        // It said so itself: that is certain, as silence is not, and needs no downing strategy.
        if (member.Status == MemberStatus.Exiting)
            Advance(_state.Confirm(node));
        else
            Advance(_state.Observe(new Dictionary<UniqueAddress, bool> { [node] = false }).Down(peer.Address));
    }

    private void OnQuarantined(ThisActorSystemQuarantinedEvent by)
    {
        if (_isShutDown || !_state.IsMember)
            return;
        if (_state.Gossip.Members.Values.Any(member => member.Address == by.RemoteAddress && member.Status is not MemberStatus.Down))
            DownSelf($"{by.RemoteAddress} has given it up");
        else
            OnParted(by.RemoteAddress);
    }

    /// <summary>A node with which there is nothing to be said any more is alive: its cluster and this one have parted.</summary>
    private void OnParted(Address from)
    {
        if (!_isShutDown && _state.IsMember && _settings.SeedNodes.Contains(from) && _state.Gossip.IsLesserPart(_settings.SeedNodes))
            DownSelf($"{from} is in another cluster, and this one is the lesser part");
    }

    private void OnUnknown(Unknown unknown)
    {
        // Right after it was taken in by another, the news may still be on its way to the one that says so.
        if (!_isShutDown && unknown.To == _state.Self && _state.SelfMember is { Status: MemberStatus.Joining }
            && _cluster.Time.GetElapsedTime(_takenInAt) > _settings.RetryUnsuccessfulJoinAfter)
        {
            DownSelf($"{unknown.From.Address} does not know of its joining, and who took it in is gone");
        }
    }

    /// <summary>Takes the next state: leads if it falls to this node, tells subscribers, and sends it to those who lack it.</summary>
    private void Advance(MembershipState next)
    {
        var before = _state;
        var reached = next;
        next = next.Lead(_settings.MinMembers, _cluster.Time.GetUtcNow());
        if (next.Gossip == before.Gossip)
        {
            _state = next;
            return;
        }
        _state = next;
        _cluster.Publish(next.Gossip);
        // In two steps, so that subscribers hear of a member that joined before they hear that it is up.
        Publish(MembershipEvents.Between(before.Gossip, reached.Gossip, next.Self));
        Publish(MembershipEvents.Between(reached.Gossip, next.Gossip, next.Self));
        foreach (var gone in before.Gossip.Members.Values.Where(member => next.Gossip.Find(member.UniqueAddress) is null && member.UniqueAddress != next.Self))
            _cluster.GiveUp(gone.UniqueAddress);
        if (next.Gossip.Version != before.Gossip.Version)
            Spread();
        else if (next.Gossip.Seen.Count > before.Gossip.Seen.Count && next.Gossip.LeaderSeenBy(next.Self) is { } leader && leader != next.Self)
            SendGossip(leader);
        ReactToOwnStatus(before.SelfMember?.Status, next.SelfMember?.Status);
    }

    private void ReactToOwnStatus(MemberStatus? before, MemberStatus? now)
    {
        if (before == now)
            return;
        switch (now)
        {
            case MemberStatus.Up:
                _log.Info("This node is up: {0}", _cluster.SelfAddress);
                _onUp.ForEach(Run);
                _onUp.Clear();
                break;
            case MemberStatus.Exiting when !_leavingByShutdown:
                _ = CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
                break;
            case MemberStatus.Down:
                DownSelf("it was downed");
                break;
        }
        _cluster.OwnStatusChanged(now);
    }

    private void DownSelf(string reason)
    {
        if (_isShutDown)
            return;
        _log.Warning("This node leaves the cluster because {0}; it can return only after a restart", reason);
        // The others must not wait for what this node no longer says.
        _state = _state.Down(_cluster.SelfAddress);
        Spread();
        ShutDown();
        if (_settings.RunCoordinatedShutdownWhenDown)
            _ = CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
    }

    private void OnLeaveForShutdown()
    {
        _leavingByShutdown = true;
        _seedContact?.Tell(PoisonPill.Instance);
        _joining = null;
        Advance(_state.Leave(_cluster.SelfAddress));
        if (!_state.IsMember || _isShutDown)
            _cluster.OwnStatusChanged(null);
    }

    private void OnConfirmExit()
    {
        foreach (var node in Others())
            DaemonAt(node.Address).Tell(new ExitingConfirmed(_state.Self), Self);
        ShutDown();
        Sender.Tell(Done.Instance);
    }

    private void ShutDown()
    {
        if (_isShutDown)
            return;
        _isShutDown = true;
        Timers.CancelAll();
        _cluster.MarkTerminated();
        if (_state.SelfMember is { } self)
        {
            var previous = self.Status == MemberStatus.Exiting ? MemberStatus.Exiting : MemberStatus.Down;
            Publish([new ClusterEvent.MemberRemoved(self.With(MemberStatus.Removed), previous)]);
        }
        Publish([ClusterEvent.ClusterShuttingDown.Instance]);
        _cluster.OwnStatusChanged(null);
        _onRemoved.ForEach(Run);
        _onRemoved.Clear();
    }

    private void StartJoining(Address address)
    {
        if (_state.IsMember || _isShutDown)
            return;
        _seedContact?.Tell(PoisonPill.Instance);
        _seedContact = null;
        if (address == _cluster.SelfAddress)
        {
            _joining = null;
            Advance(_state.Found(_settings.Roles));
            return;
        }
        _joining = address;
        _joiningSince = _cluster.Time.GetUtcNow();
        SendJoin(address);
    }

    private void ContactSeeds(IReadOnlyList<Address> seeds)
    {
        if (_state.IsMember || _isShutDown || seeds.Count == 0)
            return;
        _joining = null;
        _seeds = seeds;
        _seedContact?.Tell(PoisonPill.Instance);
        _seedContact = Context.ActorOf(Props.Create(() => new SeedContactActor(_cluster, seeds, Self)));
    }

    private void SendJoin(Address address) => DaemonAt(address).Tell(new Join(_state.Self, _settings.Roles), Self);

    /// <summary>To everyone who is not known to have seen the state, at most a handful at once; the ticks reach the rest.</summary>
    private void Spread()
    {
        foreach (var node in Others().Where(node => !_state.Gossip.Seen.Contains(node)).OrderBy(_ => _cluster.Pick(int.MaxValue)).Take(5))
            SendGossip(node);
    }

    private void SendGossip(UniqueAddress node)
    {
        if (node != _state.Self && _state.Gossip.Find(node) is not null)
            DaemonAt(node.Address).Tell(new GossipEnvelope(_state.Self, node, _state.Gossip), Self);
    }

    private IEnumerable<UniqueAddress> Others() => _state.Gossip.Members.Keys.Where(node => node != _state.Self);

    private IActorRef DaemonAt(Address address) => _cluster.DaemonAt(address, Name);

    private void OnSubscribe(Subscribe subscribe)
    {
        if (!_subscribers.TryGetValue(subscribe.Subscriber, out var types))
        {
            _subscribers.Add(subscribe.Subscriber, types = []);
            Context.Watch(subscribe.Subscriber);
        }
        types.UnionWith(subscribe.Types);
        if (subscribe.Mode == ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot)
            subscribe.Subscriber.Tell(_cluster.State, Self);
        else
            PublishTo(subscribe.Subscriber, subscribe.Types, MembershipEvents.Between(Gossip.Empty, _state.Gossip, _state.Self));
    }

    private void OnUnsubscribe(Unsubscribe unsubscribe)
    {
        if (!_subscribers.TryGetValue(unsubscribe.Subscriber, out var types))
            return;
        if (unsubscribe.Type is null)
            types.Clear();
        else
            types.Remove(unsubscribe.Type);
        if (types.Count > 0)
            return;
        _subscribers.Remove(unsubscribe.Subscriber);
        Context.Unwatch(unsubscribe.Subscriber);
    }

    private void Publish(IReadOnlyCollection<ClusterEvent.IClusterDomainEvent> events)
    {
        foreach (var (subscriber, types) in _subscribers)
            PublishTo(subscriber, types, events);
    }

    private void PublishTo(IActorRef subscriber, IReadOnlyCollection<Type> types, IEnumerable<ClusterEvent.IClusterDomainEvent> events)
    {
        foreach (var change in events.Where(change => types.Any(type => type.IsInstanceOfType(change))))
            subscriber.Tell(change, Self);
    }

    private static void RunOrKeep(List<Action> callbacks, Action callback, bool now)
    {
        if (now)
            Run(callback);
        else
            callbacks.Add(callback);
    }

    // A callback is the user's code: it must not hold up the membership.
    private static void Run(Action callback) => _ = Background.Run(callback);

    /// <summary>Whom this node hears of and whom not, from the heartbeats.</summary>
    internal sealed record Observed(IReadOnlyDictionary<UniqueAddress, bool> Reachable) : INoSerializationVerificationNeeded;

    /// <summary>Another cluster goes on in place of this node's.</summary>
    internal sealed record GiveWay(string Reason) : INoSerializationVerificationNeeded;

    internal sealed record JoinTo(Address Address) : INoSerializationVerificationNeeded;

    internal sealed record JoinSeeds(IReadOnlyList<Address> Seeds) : INoSerializationVerificationNeeded;

    internal sealed record Subscribe(IActorRef Subscriber, ClusterEvent.SubscriptionInitialStateMode Mode, IReadOnlyCollection<Type> Types) : INoSerializationVerificationNeeded;

    internal sealed record Unsubscribe(IActorRef Subscriber, Type? Type) : INoSerializationVerificationNeeded;

    internal sealed record SendState(IActorRef Receiver) : INoSerializationVerificationNeeded;

    internal sealed record OnMemberUp(Action Callback) : INoSerializationVerificationNeeded;

    internal sealed record OnMemberRemoved(Action Callback) : INoSerializationVerificationNeeded;

    /// <summary>Coordinated shutdown wants this node out; its status is watched through <see cref="Cluster.ExitingOrGone"/>.</summary>
    internal sealed record LeaveForShutdown : INoSerializationVerificationNeeded;

    /// <summary>Singletons are handed over: say goodbye. Answered with Done.</summary>
    internal sealed record ConfirmExit : INoSerializationVerificationNeeded;

    private sealed record GossipTick : INoSerializationVerificationNeeded
    {
        public static readonly GossipTick Instance = new();
    }
}
