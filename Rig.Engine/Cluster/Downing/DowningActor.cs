using Rig.Engine.Actor;
using Rig.Engine.Cluster.Membership;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster.Downing;

/// <summary>Waits until a partition has stood unchanged for the stable time, or twice that where only single links are broken, then downs the other side, or this node.</summary>
internal sealed class DowningActor : ReceiveActor, IWithTimers
{
    public const string Name = "cluster-downing";

    private readonly Cluster _cluster;
    private readonly DowningSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private PartitionView _stands = new([], []);
    private long _since;
    private bool _stoodTwice;

    public DowningActor(Cluster cluster, DowningSettings settings)
    {
        _cluster = cluster;
        _settings = settings;
        Receive<ClusterEvent.CurrentClusterState>(_ => Restart());
        Receive<ClusterEvent.IReachabilityEvent>(_ => Restart());
        Receive<ClusterEvent.IMemberEvent>(_ => Restart());
        // One more observer may divide the members otherwise, and is no news of a member.
        Receive<ClusterEvent.ReachabilityChanged>(_ => !View().DividesAs(_stands), _ => Restart());
        Receive<ClusterEvent.ReachabilityChanged>(_ => { });
        Receive<Stable>(_ => Decide());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.ReachabilityChanged));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    /// <summary>Every change starts the clock again: nobody is downed on a picture that is still moving.</summary>
    private void Restart()
    {
        _stoodTwice = false;
        _stands = View();
        if (Unreachable().Count == 0)
            Timers.Cancel(nameof(Stable));
        else
            StartClock();
    }

    private void StartClock()
    {
        _since = _cluster.Time.GetTimestamp();
        Timers.StartSingleTimer(nameof(Stable), new Stable(), _settings.StableAfter);
    }

    private void Decide()
    {
        var gossip = _cluster.Gossip;
        var self = _cluster.SelfUniqueAddress;
        if (_cluster.IsTerminated || gossip.Find(self) is not { Status: not MemberStatus.Down } || Unreachable().Count == 0)
            return;
        var view = View();
        var (side, others) = view;
        // Unreachable members that are Down or Exiting already are the leader's to remove.
        if (others.Count == 0)
            return;
        // The clock may end between a change and the news of it; and while this node stood still it saw nothing.
        var late = _cluster.Time.GetElapsedTime(_since) - _settings.StableAfter;
        if (!view.DividesAs(_stands) || late > _cluster.Settings.HeartbeatInterval * 3)
        {
            Restart();
            return;
        }
        // A cut through several links is noticed on each in its own time: what looks like a single broken link may be half of the news.
        if (!view.IsClean && !_stoodTwice)
        {
            _stoodTwice = true;
            StartClock();
            return;
        }
        if (side.All(member => member.UniqueAddress != self))
        {
            _log.Warning("This node is cut off from members that others still reach, and gives way");
            _cluster.Down(self.Address);
        }
        else if (!_settings.Strategy.Survives(view.Voters, others))
        {
            _log.Warning("This node is on the losing side of a partition ({0} against {1}) and ends itself", side.Count, others.Count);
            _cluster.Down(self.Address);
        }
        else if (side.MinBy(member => member.UniqueAddress)!.UniqueAddress == self)
        {
            // One of the side acts, so that the side speaks with one voice.
            foreach (var member in others)
            {
                _log.Warning("{0} is downed: it is on the losing side of a partition", member.UniqueAddress);
                _cluster.Down(member.Address);
            }
        }
        // If whoever should act does not, the question comes again.
        StartClock();
    }

    private PartitionView View() => PartitionView.Of(_cluster.Gossip, _cluster.SelfUniqueAddress);

    private List<UniqueAddress> Unreachable() => _cluster.Gossip.Trusted().AllUnreachable.ToList();

    private sealed record Stable : INoSerializationVerificationNeeded;
}
