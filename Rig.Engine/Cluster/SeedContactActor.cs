using Rig.Engine.Actor;
using Rig.Engine.Remote;
using static Rig.Engine.Cluster.ClusterMessages;

namespace Rig.Engine.Cluster;

/// <summary>
/// Asks the seed nodes whether there is a cluster, and joins through the first that says yes.
/// Only the first seed in the list may found one: at once when every other seed certainly has none, after the timeout when some are silent.
/// </summary>
internal sealed class SeedContactActor : ReceiveActor, IWithTimers
{
    private readonly Cluster _cluster;
    private readonly IActorRef _daemon;
    private readonly List<Address> _others;
    private readonly bool _mayFound;
    private readonly HashSet<Address> _without = [];

    public SeedContactActor(Cluster cluster, IReadOnlyList<Address> seeds, IActorRef daemon)
    {
        _cluster = cluster;
        _daemon = daemon;
        _others = seeds.Where(seed => seed != cluster.SelfAddress).Distinct().ToList();
        _mayFound = seeds[0] == cluster.SelfAddress;

        Receive<Ask>(_ => AskAll());
        Receive<InitJoinAck>(ack => Finish(ack.Address));
        Receive<InitJoinNack>(nack => HasNone(nack.Address));
        Receive<AssociationFailed>(failed => failed.Refused, failed => HasNone(failed.Address));
        Receive<AssociationFailed>(_ => { });
        Receive<Waited>(_ => Finish(_cluster.SelfAddress));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_mayFound && _others.Count == 0)
        {
            Finish(_cluster.SelfAddress);
            return;
        }
        Context.System.EventStream.Subscribe(Self, typeof(AssociationFailed));
        if (_mayFound)
            Timers.StartSingleTimer(nameof(Waited), new Waited(), _cluster.Settings.SeedNodeTimeout);
        Timers.StartPeriodicTimer(nameof(Ask), new Ask(), TimeSpan.Zero, _cluster.Settings.JoinRetryInterval);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void AskAll()
    {
        foreach (var seed in _others)
            _cluster.DaemonAt(seed, ClusterDaemonActor.Name).Tell(new InitJoin(), Self);
    }

    private void HasNone(Address seed)
    {
        if (_others.Contains(seed) && _without.Add(seed) && _mayFound && _without.Count == _others.Count)
            Finish(_cluster.SelfAddress);
    }

    private void Finish(Address address)
    {
        _daemon.Tell(new ClusterDaemonActor.JoinTo(address), Self);
        Context.Stop(Self);
    }

    private sealed record Ask : INoSerializationVerificationNeeded;

    private sealed record Waited : INoSerializationVerificationNeeded;
}
