using Rig.Engine.Actor;
using Rig.Engine.Event;
using Rig.Engine.Remote;
using static Rig.Engine.Cluster.ClusterMessages;

namespace Rig.Engine.Cluster;

/// <summary>Sends and answers heartbeats, and judges by the answers who can be reached. Apart from the daemon, so that neither holds up the other.</summary>
internal sealed class ClusterHeartbeatActor : ReceiveActor, IWithTimers
{
    public const string Name = "cluster-heartbeat";

    private readonly Cluster _cluster;
    private readonly IActorRef _daemon;
    private readonly ClusterSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<UniqueAddress, PhiAccrualFailureDetector> _detectors = [];
    private readonly Dictionary<UniqueAddress, bool> _judged = [];
    private readonly HashSet<UniqueAddress> _refusing = [];
    private long _lastTick;
    private long? _stoodStillUntil;
    private long _sequence;

    public ClusterHeartbeatActor(Cluster cluster, IActorRef daemon)
    {
        _cluster = cluster;
        _daemon = daemon;
        _settings = cluster.Settings;
        _lastTick = cluster.Time.GetTimestamp();

        Receive<Heartbeat>(heartbeat => Sender.Tell(new HeartbeatResponse(_cluster.SelfUniqueAddress, heartbeat.Sequence)));
        Receive<HeartbeatResponse>(response =>
        {
            _refusing.Remove(response.From);
            if (_detectors.TryGetValue(response.From, out var detector))
                detector.Heartbeat();
        });
        Receive<AssociationFailed>(failed => failed.Refused, OnRefused);
        Receive<AssociationFailed>(_ => { });
        Receive<Tick>(_ => OnTick());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(AssociationFailed));
        Timers.StartPeriodicTimer(nameof(Tick), new Tick(), _settings.HeartbeatInterval);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    /// <summary>
    /// The machine answers that nobody listens on the port: a killed process need not be waited for. One heartbeat takes the word back. It says
    /// nothing of the others, who may be silent because this node stood still.
    /// </summary>
    private void OnRefused(AssociationFailed failed)
    {
        var nodes = _detectors.Keys.Where(node => node.Address == failed.Address).ToList();
        _refusing.UnionWith(nodes);
        Judge(nodes);
    }

    private void OnTick()
    {
        var sinceLastTick = _cluster.Time.GetElapsedTime(_lastTick);
        _lastTick = _cluster.Time.GetTimestamp();
        if (_cluster.IsTerminated)
            return;
        FollowMembers();
        _sequence++;
        foreach (var node in _detectors.Keys)
            _cluster.DaemonAt(node.Address, Name).Tell(new Heartbeat(_sequence), Self);
        // After a pause of this node itself the silence was its own: the answers to the heartbeats above come first. The next tick may be a late one, too.
        if (sinceLastTick > _settings.HeartbeatInterval * 3)
        {
            _log.Debug("This node stood still for {0} ms; nobody is judged by that", sinceLastTick.TotalMilliseconds);
            _stoodStillUntil = _lastTick;
        }
        if (_stoodStillUntil is { } until && _cluster.Time.GetElapsedTime(until) < _settings.HeartbeatInterval)
            return;
        _stoodStillUntil = null;
        Judge(_detectors.Keys);
    }

    private void FollowMembers()
    {
        var nodes = _cluster.State.Members.Select(member => member.UniqueAddress).Where(node => node != _cluster.SelfUniqueAddress).ToHashSet();
        foreach (var gone in _detectors.Keys.Where(node => !nodes.Contains(node)).ToList())
        {
            _detectors.Remove(gone);
            _judged.Remove(gone);
            _refusing.Remove(gone);
        }
        foreach (var node in nodes.Where(node => !_detectors.ContainsKey(node)))
        {
            var detector = new PhiAccrualFailureDetector(_settings.FailureDetector, _cluster.Time);
            // Starts the clock: a node that joined and never answers must be noticed, too.
            detector.Heartbeat();
            _detectors.Add(node, detector);
            _judged.Add(node, true);
        }
    }

    private void Judge(IEnumerable<UniqueAddress> nodes)
    {
        var changed = new Dictionary<UniqueAddress, bool>();
        foreach (var node in nodes)
        {
            var isReachable = _detectors[node].IsAvailable && !_refusing.Contains(node);
            if (isReachable == _judged[node])
                continue;
            changed[node] = _judged[node] = isReachable;
            _log.Info("{0} is {1}", node.Address, isReachable ? "reachable again" : "silent");
        }
        if (changed.Count > 0)
            _daemon.Tell(new ClusterDaemonActor.Observed(changed), Self);
    }

    private sealed record Tick : INoSerializationVerificationNeeded;
}
