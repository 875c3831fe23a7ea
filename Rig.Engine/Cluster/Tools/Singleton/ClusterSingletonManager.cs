using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster.Tools.Singleton;

/// <summary>
/// Runs its child on exactly one member: started on every member that may host it, it hosts where <see cref="SingletonOrder"/> says.
/// </summary>
/// <remarks>
/// Idle -> Asking (every other possible host must say that it does not run there; a downed one is waited out) -> Hosting -> Ending -> Idle.
/// A host stops its child only when another asks for it, or when it leaves itself; so it is never without reason without a host.
/// </remarks>
public sealed class ClusterSingletonManager : ReceiveActor, IWithTimers
{
    private readonly Props _singletonProps;
    private readonly object _terminationMessage;
    private readonly ClusterSingletonManagerSettings _settings;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<UniqueAddress> _answered = [];
    // From the events, which lag behind the cluster's state: a removal must not be seen before its margin begins.
    private readonly Dictionary<UniqueAddress, Member> _members = [];
    private readonly HashSet<IActorRef> _waitingForEnd = [];
    private readonly TaskCompletionSource<Done> _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimerScheduler _timers = null!;
    private IActorRef? _singleton;
    private bool _ending;
    private bool _exiting;
    private int _marginsRunning;

    public ClusterSingletonManager(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings)
    {
        _singletonProps = singletonProps;
        _terminationMessage = terminationMessage;
        _settings = settings;

        Receive<ClusterEvent.CurrentClusterState>(state =>
        {
            foreach (var member in state.Members)
                _members[member.UniqueAddress] = member;
            Review();
        });
        Receive<ClusterEvent.MemberRemoved>(OnRemoved);
        Receive<ClusterEvent.IMemberEvent>(change =>
        {
            _members[change.Member.UniqueAddress] = change.Member;
            Review();
        });
        Receive<MarginOver>(_ =>
        {
            _marginsRunning--;
            Review();
        });
        Receive<Retry>(_ => Review());
        Receive<HandOverToMe>(OnAsked);
        Receive<HandOverInProgress>(_ => { });
        Receive<HandOverDone>(OnAnswered);
        Receive<NodeExiting>(_ => OnExiting());
        Receive<Terminated>(gone => gone.ActorRef.Equals(_singleton), _ => OnEnded());
    }

    ITimerScheduler IWithTimers.Timers
    {
        get => _timers;
        set => _timers = value;
    }

    /// <param name="singletonProps">Made on the hosting member.</param>
    /// <param name="settings">Which members, under which name.</param>
    public static Props Props(Props singletonProps, ClusterSingletonManagerSettings settings) => Props(singletonProps, PoisonPill.Instance, settings);

    /// <param name="singletonProps">Made on the hosting member.</param>
    /// <param name="terminationMessage">Told to the singleton before a hand-over; it stops itself when it has finished.</param>
    /// <param name="settings">Which members, under which name.</param>
    public static Props Props(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonManager(singletonProps, terminationMessage, settings));

    protected override void PreStart()
    {
        if (_settings.Role is { } role && !_cluster.SelfRoles.Contains(role))
            throw new ArgumentException($"This node does not have the role '{role}' that the singleton '{_settings.SingletonName}' asks for. Start its manager only where akka.cluster.roles has it.");
        _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));
        var self = Self;
        CoordinatedShutdown.Get(Context.System).AddTask(CoordinatedShutdown.PhaseClusterExiting, $"hand-over-{self.Path.Name}", () =>
        {
            if (_cluster.IsTerminated)
                return Task.FromResult(Done.Instance);
            self.Tell(new NodeExiting(), ActorRefs.NoSender);
            return _handedOver.Task;
        });
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _handedOver.TrySetResult(Done.Instance);
    }

    private void OnRemoved(ClusterEvent.MemberRemoved removed)
    {
        _members.Remove(removed.Member.UniqueAddress);
        if (removed.Member.UniqueAddress == _cluster.SelfUniqueAddress)
        {
            // Downed, on a side that lost: end at once, the others count on it.
            _exiting = true;
            End(stopAtOnce: true);
            return;
        }
        // A downed host may still run for a moment where its own side has not noticed yet.
        if (removed.PreviousStatus == MemberStatus.Down && _settings.Order.PossibleHosts([removed.Member.With(MemberStatus.Down)]).Any() && _singleton is null)
        {
            _marginsRunning++;
            _timers.StartSingleTimer((nameof(MarginOver), removed.Member.UniqueAddress), new MarginOver(), _settings.RemovalMargin);
        }
        Review();
    }

    /// <summary>Asks for the singleton if it belongs here, and starts it when nobody else can have it.</summary>
    private void Review()
    {
        if (_singleton is not null || _exiting)
            return;
        if (!IsFirst)
        {
            _answered.Clear();
            _timers.Cancel(nameof(Retry));
            return;
        }
        var unanswered = _settings.Order.PossibleHosts(Members)
            .Where(member => member.UniqueAddress != _cluster.SelfUniqueAddress && !_answered.Contains(member.UniqueAddress))
            .ToList();
        if (unanswered.Count == 0 && _marginsRunning == 0)
        {
            Host();
            return;
        }
        foreach (var member in unanswered)
            ManagerAt(member.Address).Tell(new HandOverToMe(_cluster.SelfUniqueAddress), Self);
        _timers.StartSingleTimer(nameof(Retry), new Retry(), _settings.HandOverRetryInterval);
    }

    private void OnAnswered(HandOverDone done)
    {
        if (_singleton is null && !_exiting && _answered.Add(done.From))
            Review();
    }

    private void OnAsked(HandOverToMe asked)
    {
        if (_singleton is null)
        {
            // Whoever asks believes to be first: what was promised to this node before does not hold any more.
            if (IsFirst && !_exiting && asked.From != _cluster.SelfUniqueAddress)
            {
                // Both believe to be first while their views differ. The one that is behind asks again and is answered when the views agree.
                return;
            }
            _answered.Clear();
            Sender.Tell(new HandOverDone(_cluster.SelfUniqueAddress));
            return;
        }
        if (_cluster.Gossip.Find(asked.From) is null)
            return;
        _waitingForEnd.Add(Sender);
        Sender.Tell(new HandOverInProgress(_cluster.SelfUniqueAddress));
        _log.Info("Singleton {0} is handed over to {1}", _settings.SingletonName, asked.From.Address);
        End(stopAtOnce: false);
    }

    private void OnExiting()
    {
        _exiting = true;
        if (_singleton is null)
            _handedOver.TrySetResult(Done.Instance);
        else
            End(stopAtOnce: false);
    }

    private void Host()
    {
        _timers.Cancel(nameof(Retry));
        _answered.Clear();
        _ending = false;
        _log.Info("Singleton {0} runs on this node", _settings.SingletonName);
        _singleton = Context.Watch(Context.ActorOf(_singletonProps, _settings.SingletonName));
    }

    private void End(bool stopAtOnce)
    {
        if (_singleton is null || (_ending && !stopAtOnce))
            return;
        _ending = true;
        if (stopAtOnce)
            Context.Stop(_singleton);
        else
            _singleton.Tell(_terminationMessage);
    }

    private void OnEnded()
    {
        var wasEnding = _ending;
        _singleton = null;
        _ending = false;
        foreach (var asker in _waitingForEnd)
            asker.Tell(new HandOverDone(_cluster.SelfUniqueAddress));
        _waitingForEnd.Clear();
        if (_exiting)
            _handedOver.TrySetResult(Done.Instance);
        else if (!wasEnding)
            // It stopped by its own decision, which is not for the manager to undo, as in Akka.NET.
            _log.Warning("Singleton {0} stopped itself", _settings.SingletonName);
        else
            Review();
    }

    /// <summary>
    /// As the cluster's state has them, and those that it has lost while their removal is still to be heard of. Never from the events
    /// alone: one piece of news comes as several of them, and after the first this node may look like the only one.
    /// </summary>
    private IEnumerable<Member> Members
    {
        get
        {
            var gossip = _cluster.Gossip;
            return gossip.Members.Values.Concat(_members.Values.Where(member => gossip.Find(member.UniqueAddress) is null));
        }
    }

    private bool IsFirst => _settings.Order.First(Members)?.UniqueAddress == _cluster.SelfUniqueAddress;

    private ActorSelection ManagerAt(Address address) => Context.ActorSelection(new RootActorPath(address) / Self.Path.Elements);

    private sealed record MarginOver : INoSerializationVerificationNeeded;

    private sealed record Retry : INoSerializationVerificationNeeded;

    private sealed record NodeExiting : INoSerializationVerificationNeeded;
}
