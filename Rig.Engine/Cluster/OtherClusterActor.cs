using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Cluster.Membership;
using static Rig.Engine.Cluster.ClusterMessages;

namespace Rig.Engine.Cluster;

/// <summary>
/// Asks the seed nodes that are no full members whether they belong to another cluster, and has this node leave its own if that one is
/// to go on: <see cref="Islands"/>.
/// </summary>
internal sealed class OtherClusterActor : ReceiveActor, IWithTimers
{
    public const string Name = "cluster-others";

    private readonly Cluster _cluster;
    private readonly IActorRef _daemon;

    public OtherClusterActor(Cluster cluster, IActorRef daemon)
    {
        _cluster = cluster;
        _daemon = daemon;
        Receive<Ask>(_ => AskStrangers());
        Receive<OtherCluster>(OnOther);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsUp => !_cluster.IsTerminated && _cluster.Gossip.Find(_cluster.SelfUniqueAddress) is { Status: MemberStatus.Up };

    protected override void PreStart()
    {
        if (_cluster.Settings.SeedNodes.Any(seed => seed != _cluster.SelfAddress))
            Timers.StartPeriodicTimer(nameof(Ask), new Ask(), _cluster.Settings.OtherClusterCheckInterval);
    }

    private void AskStrangers()
    {
        if (!IsUp)
            return;
        foreach (var seed in _cluster.Gossip.Strangers(_cluster.Settings.SeedNodes))
            _cluster.DaemonAt(seed, Name).Tell(View(wantsAnswer: true), Self);
    }

    private void OnOther(OtherCluster other)
    {
        if (!IsUp)
            return;
        if (_cluster.Gossip.GivesWayTo(other.From, other.Members))
            _daemon.Tell(new ClusterDaemonActor.GiveWay($"{other.From.Address} belongs to another cluster, of {other.Members.Count}, which goes on"), Self);
        else if (other.WantsAnswer)
            Sender.Tell(View(wantsAnswer: false), Self);
    }

    private OtherCluster View(bool wantsAnswer) => new(_cluster.SelfUniqueAddress, _cluster.Gossip.Weighty().ToImmutableList(), wantsAnswer);

    private sealed record Ask : INoSerializationVerificationNeeded;
}
