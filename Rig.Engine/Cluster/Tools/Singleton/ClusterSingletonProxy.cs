using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster.Tools.Singleton;

/// <summary>Stands for the singleton wherever it runs: finds it, forwards to it, and keeps messages while it moves.</summary>
public sealed class ClusterSingletonProxy : ReceiveActor, IWithTimers
{
    private readonly ClusterSingletonProxySettings _settings;
    private readonly string[] _singletonPath;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<(object Message, IActorRef Sender)> _kept = new();
    private ITimerScheduler _timers = null!;
    private IActorRef? _singleton;
    private UniqueAddress? _host;
    private int _search;

    public ClusterSingletonProxy(string singletonManagerPath, ClusterSingletonProxySettings settings)
    {
        _settings = settings;
        _singletonPath = [.. singletonManagerPath.Split('/', StringSplitOptions.RemoveEmptyEntries), settings.SingletonName];

        Receive<ClusterEvent.CurrentClusterState>(_ => Review());
        Receive<ClusterEvent.IMemberEvent>(_ => Review());
        Receive<Search>(_ => Look());
        Receive<ActorIdentity>(identity => identity.MessageId is string, OnIdentity);
        Receive<Terminated>(gone => gone.ActorRef.Equals(_singleton), _ => Lose());
        ReceiveAny(Forward);
    }

    ITimerScheduler IWithTimers.Timers
    {
        get => _timers;
        set => _timers = value;
    }

    /// <param name="singletonManagerPath">As on every hosting member, for instance <c>/user/session</c>.</param>
    /// <param name="settings">Which members may host it, under which name.</param>
    public static Props Props(string singletonManagerPath, ClusterSingletonProxySettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonProxy(singletonManagerPath, settings));

    protected override void PreStart() => _cluster.Subscribe(Self, typeof(ClusterEvent.IMemberEvent));

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        while (_kept.TryDequeue(out var kept))
            Context.System.DeadLetters.Tell(new DeadLetter(kept.Message, kept.Sender, Self), kept.Sender);
    }

    private void Review()
    {
        var host = _settings.Order.First(_cluster.State.Members)?.UniqueAddress;
        if (host == _host)
            return;
        _host = host;
        // The former host may still run it until it has handed over, but messages from now on belong to the next.
        Lose();
    }

    private void Lose()
    {
        if (_singleton is not null)
            Context.Unwatch(_singleton);
        _singleton = null;
        _search++;
        _timers.StartPeriodicTimer(nameof(Search), new Search(), TimeSpan.Zero, _settings.SingletonIdentificationInterval);
    }

    private void Look()
    {
        if (_singleton is null && _host is { } host)
            Context.ActorSelection(new RootActorPath(host.Address) / _singletonPath).Tell(new Identify(SearchId), Self);
    }

    private void OnIdentity(ActorIdentity identity)
    {
        // An answer to an earlier search may name a singleton that has moved since.
        if (_singleton is not null || identity.Subject is null || !SearchId.Equals(identity.MessageId))
            return;
        _timers.Cancel(nameof(Search));
        _singleton = Context.Watch(identity.Subject);
        while (_kept.TryDequeue(out var kept))
            _singleton.Tell(kept.Message, kept.Sender);
    }

    private void Forward(object message)
    {
        if (_singleton is not null)
        {
            _singleton.Tell(message, Sender);
            return;
        }
        if (_settings.BufferSize == 0)
        {
            Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
            return;
        }
        if (_kept.Count >= _settings.BufferSize)
        {
            var oldest = _kept.Dequeue();
            _log.Warning("Singleton {0} has not been found for {1} messages; the oldest is dropped", _settings.SingletonName, _settings.BufferSize);
            Context.System.DeadLetters.Tell(new DeadLetter(oldest.Message, oldest.Sender, Self), oldest.Sender);
        }
        _kept.Enqueue((message, Sender));
    }

    private string SearchId => $"{Self.Path.Uid}:{_search}";

    private sealed record Search : INoSerializationVerificationNeeded;
}
