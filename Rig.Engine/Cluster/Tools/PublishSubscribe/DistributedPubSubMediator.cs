using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster.Tools.PublishSubscribe;

/// <summary>The keys under <c>akka.cluster.pub-sub</c>.</summary>
internal sealed class PubSubSettings(Config section)
{
    /// <summary>Only members with this role take part; null for all.</summary>
    public string? Role { get; } = section.GetString("role") is { Length: > 0 } role ? role : null;

    public TimeSpan GossipInterval { get; } = section.GetTimeSpan("gossip-interval");

    public TimeSpan RemovedTimeToLive { get; } = section.GetTimeSpan("removed-time-to-live");

    public int MaxDeltaElements { get; } = section.GetInt("max-delta-elements");

    public bool SendToDeadLettersWhenNoSubscribers { get; } = section.GetBoolean("send-to-dead-letters-when-no-subscribers");
}

/// <summary>Knows the subscribers of this node, and which other nodes have some; publishes to both.</summary>
internal sealed class DistributedPubSubMediator : ReceiveActor, IWithTimers
{
    public const string Name = "distributedPubSubMediator";

    private readonly PubSubSettings _settings;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly Dictionary<TopicKey, HashSet<IActorRef>> _subscribers = [];
    private readonly Dictionary<TopicKey, DateTimeOffset> _ended = [];
    private readonly HashSet<UniqueAddress> _peers = [];
    private TopicRegistry _registry;

    public DistributedPubSubMediator(PubSubSettings settings)
    {
        _settings = settings;
        _registry = TopicRegistry.Of(_cluster.SelfUniqueAddress);

        Receive<Publish>(OnPublish);
        Receive<Deliver>(OnDeliver);
        Receive<Subscribe>(OnSubscribe);
        Receive<Unsubscribe>(OnUnsubscribe);
        Receive<Terminated>(gone => _subscribers.Where(entry => entry.Value.Contains(gone.ActorRef)).Select(entry => entry.Key).ToList().ForEach(key => Remove(key, gone.ActorRef)));
        Receive<TopicStatus>(OnStatus);
        Receive<TopicDeltas>(deltas => _registry = deltas.Deltas.Where(delta => _peers.Contains(delta.Owner)).Aggregate(_registry, (registry, delta) => registry.Apply(delta)));
        Receive<Tick>(_ => OnTick());
        Receive<ClusterEvent.CurrentClusterState>(state => state.Members.Where(member => member.Status == MemberStatus.Up).ToList().ForEach(AddPeer));
        Receive<ClusterEvent.MemberUp>(up => AddPeer(up.Member));
        Receive<ClusterEvent.MemberRemoved>(removed => RemovePeer(removed.Member.UniqueAddress));
        Receive<ClusterEvent.MemberDowned>(downed => RemovePeer(downed.Member.UniqueAddress));
        Receive<ClusterEvent.IMemberEvent>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(nameof(Tick), new Tick(), _settings.GossipInterval);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void OnSubscribe(Subscribe subscribe)
    {
        var key = new TopicKey(subscribe.Topic, subscribe.Group);
        if (!_subscribers.TryGetValue(key, out var subscribers))
            _subscribers.Add(key, subscribers = []);
        if (subscribers.Add(subscribe.Ref))
            Context.Watch(subscribe.Ref);
        _ended.Remove(key);
        SetOwn(key, present: true);
        Sender.Tell(new SubscribeAck(subscribe));
    }

    private void OnUnsubscribe(Unsubscribe unsubscribe)
    {
        Remove(new TopicKey(unsubscribe.Topic, unsubscribe.Group), unsubscribe.Ref);
        if (!_subscribers.Values.Any(subscribers => subscribers.Contains(unsubscribe.Ref)))
            Context.Unwatch(unsubscribe.Ref);
        Sender.Tell(new UnsubscribeAck(unsubscribe));
    }

    private void Remove(TopicKey key, IActorRef subscriber)
    {
        if (!_subscribers.TryGetValue(key, out var subscribers) || !subscribers.Remove(subscriber) || subscribers.Count > 0)
            return;
        _subscribers.Remove(key);
        _ended[key] = _cluster.Time.GetUtcNow();
        SetOwn(key, present: false);
    }

    private void OnPublish(Publish publish)
    {
        var delivered = false;
        if (!publish.SendOneMessageToEachGroup)
        {
            foreach (var node in _registry.NodesWith(new TopicKey(publish.Topic, null)))
                delivered |= SendTo(node, new Deliver(publish.Topic, null, publish.Message, One: false));
        }
        else
        {
            foreach (var group in _registry.GroupsOf(publish.Topic).ToList())
            {
                var nodes = _registry.NodesWith(new TopicKey(publish.Topic, group)).ToList();
                delivered |= SendTo(nodes[_cluster.Pick(nodes.Count)], new Deliver(publish.Topic, group, publish.Message, One: true));
            }
        }
        if (!delivered && _settings.SendToDeadLettersWhenNoSubscribers)
            Context.System.DeadLetters.Tell(new DeadLetter(publish, Sender, Self), Sender);
    }

    private bool SendTo(UniqueAddress node, Deliver deliver)
    {
        if (node == _cluster.SelfUniqueAddress)
            OnDeliver(deliver);
        else
            MediatorAt(node).Tell(deliver, Sender);
        return true;
    }

    private void OnDeliver(Deliver deliver)
    {
        if (!_subscribers.TryGetValue(new TopicKey(deliver.Topic, deliver.Group), out var subscribers))
            return;
        if (deliver.One)
        {
            subscribers.ElementAt(_cluster.Pick(subscribers.Count)).Tell(deliver.Message, Sender);
            return;
        }
        foreach (var subscriber in subscribers)
            subscriber.Tell(deliver.Message, Sender);
    }

    private void SetOwn(TopicKey key, bool present)
    {
        var before = _registry;
        _registry = before.SetOwn(key, present);
        if (_registry == before)
            return;
        // Others learn of it at once; whom this misses, the next comparison tells.
        var delta = new TopicDeltas(_registry.DeltasFor(before.Versions, _settings.MaxDeltaElements));
        foreach (var peer in _peers)
            MediatorAt(peer).Tell(delta, Self);
    }

    private void OnStatus(TopicStatus status)
    {
        var deltas = _registry.DeltasFor(status.Versions, _settings.MaxDeltaElements);
        if (deltas.Count > 0)
            Sender.Tell(new TopicDeltas(deltas));
        if (status.WantsAnswer && _registry.Lacks(status.Versions))
            Sender.Tell(new TopicStatus(_registry.Versions, WantsAnswer: false));
    }

    private void OnTick()
    {
        var forgotten = _cluster.Time.GetUtcNow() - _settings.RemovedTimeToLive;
        foreach (var key in _ended.Where(entry => entry.Value < forgotten).Select(entry => entry.Key).ToList())
        {
            _ended.Remove(key);
            _registry = _registry.Forget(key);
        }
        if (_peers.Count > 0)
            Compare(_peers.ElementAt(_cluster.Pick(_peers.Count)));
    }

    private void AddPeer(Member member)
    {
        if (member.UniqueAddress == _cluster.SelfUniqueAddress || (_settings.Role is { } role && !member.HasRole(role)) || !_peers.Add(member.UniqueAddress))
            return;
        Compare(member.UniqueAddress);
    }

    private void RemovePeer(UniqueAddress node)
    {
        _peers.Remove(node);
        _registry = _registry.Without(node);
    }

    private void Compare(UniqueAddress peer) => MediatorAt(peer).Tell(new TopicStatus(_registry.Versions, WantsAnswer: true), Self);

    private IActorRef MediatorAt(UniqueAddress node) => _cluster.DaemonAt(node.Address, Name);

    private sealed record Tick : INoSerializationVerificationNeeded;
}
