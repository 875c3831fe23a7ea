using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Cluster.Downing;
using Rig.Engine.Cluster.Membership;
using Rig.Engine.Dispatch;

namespace Rig.Engine.Cluster;

/// <summary>This node's membership in the cluster. Needs <c>akka.actor.provider = cluster</c>.</summary>
public class Cluster : IExtension
{
    private readonly ClusterActorRefProvider _provider;
    private readonly IActorRef _daemon;
    private readonly EngineRuntime _runtime;
    private readonly TaskCompletionSource _exitingOrGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ClusterEvent.CurrentClusterState _state;
    private volatile Member _self;
    private volatile bool _isTerminated;
    private volatile Gossip _gossip = Gossip.Empty;

    internal Cluster(ExtendedActorSystem system)
    {
        System = system;
        _provider = system.Provider as ClusterActorRefProvider
            ?? throw new InvalidOperationException($"Actor system '{system.Name}' is not clustered: set akka.actor.provider = cluster.");
        var impl = (ActorSystemImpl)system;
        _runtime = impl.Runtime;
        Settings = new ClusterSettings(system.Settings.Config);
        SelfUniqueAddress = new UniqueAddress(_provider.DefaultAddress, _provider.Remoting.Uid);
        _self = new Member(SelfUniqueAddress, Member.NeverUp, MemberStatus.Removed, Settings.Roles);
        _state = MembershipEvents.Snapshot(Gossip.Empty, SelfUniqueAddress);
        _provider.Remoting.IsWatchedByCluster = address => _state.Members.Any(member => member.Address == address);
        _daemon = system.SystemActorOf(Props.Create(() => new ClusterDaemonActor(this)), ClusterDaemonActor.Name);
        var daemon = _daemon;
        system.SystemActorOf(Props.Create(() => new ClusterHeartbeatActor(this, daemon)), ClusterHeartbeatActor.Name);
        system.SystemActorOf(Props.Create(() => new OtherClusterActor(this, daemon)), OtherClusterActor.Name);
        if (DowningSettings.From(system.Settings.Config) is { } downing)
            system.SystemActorOf(Props.Create(() => new DowningActor(this, downing)), DowningActor.Name);
        LeaveOnShutdown(CoordinatedShutdown.Get(system));
    }

    public ExtendedActorSystem System { get; }

    public Address SelfAddress => SelfUniqueAddress.Address;

    public UniqueAddress SelfUniqueAddress { get; }

    /// <summary>This node as the cluster sees it; Removed while it is in none.</summary>
    public Member SelfMember => _self;

    public ImmutableHashSet<string> SelfRoles => Settings.Roles;

    public ClusterEvent.CurrentClusterState State => _state;

    /// <summary>True once this node has left or was removed; only a new actor system can join again.</summary>
    public bool IsTerminated => _isTerminated;

    internal ClusterSettings Settings { get; }

    internal TimeProvider Time => _runtime.Time;

    /// <summary>A place in a list of that length.</summary>
    internal int Pick(int count) => (int)(_runtime.NextDouble() * count);

    /// <summary>Completes when this node is Exiting, or in no cluster.</summary>
    internal Task ExitingOrGone => _exitingOrGone.Task;

    public static Cluster Get(ActorSystem system) => (Cluster)system.RegisterExtension(ClusterExtension.Instance);

    public void Subscribe(IActorRef subscriber, params Type[] to) => Subscribe(subscriber, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, to);

    /// <param name="subscriber">Unsubscribed by itself when it stops.</param>
    /// <param name="initialStateMode">What it gets first.</param>
    /// <param name="to">Event types or their interfaces; everything derived from them is delivered.</param>
    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode initialStateMode, params Type[] to)
    {
        if (to.Length == 0 || to.FirstOrDefault(type => !typeof(ClusterEvent.IClusterDomainEvent).IsAssignableFrom(type)) is { })
            throw new ArgumentException("Name at least one type of ClusterEvent.IClusterDomainEvent, and only those.", nameof(to));
        _daemon.Tell(new ClusterDaemonActor.Subscribe(subscriber, initialStateMode, to), ActorRefs.NoSender);
    }

    public void Unsubscribe(IActorRef subscriber) => _daemon.Tell(new ClusterDaemonActor.Unsubscribe(subscriber, null), ActorRefs.NoSender);

    public void Unsubscribe(IActorRef subscriber, Type to) => _daemon.Tell(new ClusterDaemonActor.Unsubscribe(subscriber, to), ActorRefs.NoSender);

    public void SendCurrentClusterState(IActorRef receiver) => _daemon.Tell(new ClusterDaemonActor.SendState(receiver), ActorRefs.NoSender);

    /// <summary>Joins the cluster of that node; its own address founds a new one. Without effect on a member.</summary>
    public void Join(Address address) => _daemon.Tell(new ClusterDaemonActor.JoinTo(address), ActorRefs.NoSender);

    public void JoinSeedNodes(IEnumerable<Address> seedNodes) => _daemon.Tell(new ClusterDaemonActor.JoinSeeds(seedNodes.ToList()), ActorRefs.NoSender);

    /// <summary>Starts the graceful way out of a member: Leaving, hand-over, Exiting, removed.</summary>
    public void Leave(Address address) => _daemon.Tell(new ClusterMessages.Leave(address), ActorRefs.NoSender);

    /// <summary>Declares a member dead. What still runs there ends itself when it hears of it.</summary>
    public void Down(Address address) => _daemon.Tell(new ClusterMessages.Down(address), ActorRefs.NoSender);

    /// <summary>Runs once, on a pool thread, when this node is Up; at once if it is.</summary>
    public void RegisterOnMemberUp(Action callback) => _daemon.Tell(new ClusterDaemonActor.OnMemberUp(callback), ActorRefs.NoSender);

    /// <summary>Runs once, on a pool thread, when this node has left or was removed.</summary>
    public void RegisterOnMemberRemoved(Action callback)
    {
        if (_isTerminated)
            _ = Background.Run(callback);
        else
            _daemon.Tell(new ClusterDaemonActor.OnMemberRemoved(callback), ActorRefs.NoSender);
    }

    internal IActorRef DaemonAt(Address address, string name) => _provider.ResolveActorRef(new RootActorPath(address) / "system" / name);

    /// <summary>The daemon's latest state, for the engine's own actors.</summary>
    internal Gossip Gossip => _gossip;

    internal void Publish(Gossip gossip)
    {
        _gossip = gossip;
        _state = MembershipEvents.Snapshot(gossip, SelfUniqueAddress);
        if (gossip.Find(SelfUniqueAddress) is { } self)
            _self = self;
    }

    internal void OwnStatusChanged(MemberStatus? status)
    {
        if (status is null or MemberStatus.Exiting or MemberStatus.Down)
            _exitingOrGone.TrySetResult();
    }

    internal void MarkTerminated()
    {
        _isTerminated = true;
        _self = _self.With(MemberStatus.Removed);
    }

    internal void GiveUp(UniqueAddress node) => _provider.Remoting.Quarantine(node.Address, node.Uid, "it is no member any more");

    private void LeaveOnShutdown(CoordinatedShutdown shutdown)
    {
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterLeave, "leave", async () =>
        {
            if (!_isTerminated)
            {
                _daemon.Tell(new ClusterDaemonActor.LeaveForShutdown(), ActorRefs.NoSender);
                await ExitingOrGone;
            }
            return Done.Instance;
        });
        shutdown.AddTask(CoordinatedShutdown.PhaseClusterExitingDone, "exiting-completed", async () =>
        {
            if (!_isTerminated)
                await _daemon.Ask<Done>(new ClusterDaemonActor.ConfirmExit(), TimeSpan.FromSeconds(3));
            return Done.Instance;
        });
    }
}

internal sealed class ClusterExtension : ExtensionIdProvider<Cluster>
{
    public static readonly ClusterExtension Instance = new();

    public override Cluster CreateExtension(ExtendedActorSystem system) => new(system);
}
