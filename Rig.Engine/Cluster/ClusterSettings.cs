using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Remote;

namespace Rig.Engine.Cluster;

/// <summary>The keys under <c>akka.cluster</c>; hocon/cluster.conf says what each means.</summary>
internal sealed class ClusterSettings
{
    public ClusterSettings(Config config)
    {
        SeedNodes = config.GetStringList("akka.cluster.seed-nodes").Select(ParseSeed).ToImmutableList();
        Roles = config.GetStringList("akka.cluster.roles").ToImmutableHashSet();
        SeedNodeTimeout = config.GetTimeSpan("akka.cluster.seed-node-timeout");
        JoinRetryInterval = config.GetTimeSpan("akka.cluster.join-retry-interval");
        RetryUnsuccessfulJoinAfter = config.GetTimeSpan("akka.cluster.retry-unsuccessful-join-after");
        OtherClusterCheckInterval = config.GetTimeSpan("akka.cluster.other-cluster-check-interval");
        GossipInterval = config.GetTimeSpan("akka.cluster.gossip-interval");
        HeartbeatInterval = config.GetTimeSpan("akka.cluster.failure-detector.heartbeat-interval");
        MinMembers = config.GetInt("akka.cluster.min-nr-of-members");
        RunCoordinatedShutdownWhenDown = config.GetBoolean("akka.cluster.run-coordinated-shutdown-when-down");
        TombstoneTimeToLive = config.GetTimeSpan("akka.cluster.prune-gossip-tombstones-after");
        const string detector = "akka.cluster.failure-detector.";
        FailureDetector = new FailureDetectorSettings(
            config.GetDouble(detector + "threshold"),
            config.GetInt(detector + "max-sample-size"),
            config.GetTimeSpan(detector + "min-std-deviation"),
            config.GetTimeSpan(detector + "acceptable-heartbeat-pause"),
            config.GetTimeSpan(detector + "expected-response-after"));
    }

    public ImmutableList<Address> SeedNodes { get; }

    public ImmutableHashSet<string> Roles { get; }

    /// <summary>How long the first seed waits for the others before it founds a cluster of its own.</summary>
    public TimeSpan SeedNodeTimeout { get; }

    public TimeSpan JoinRetryInterval { get; }

    public TimeSpan RetryUnsuccessfulJoinAfter { get; }

    /// <summary>How often seeds that are no members are asked whether there is another cluster.</summary>
    public TimeSpan OtherClusterCheckInterval { get; }

    public TimeSpan GossipInterval { get; }

    public TimeSpan HeartbeatInterval { get; }

    public int MinMembers { get; }

    public bool RunCoordinatedShutdownWhenDown { get; }

    public TimeSpan TombstoneTimeToLive { get; }

    public FailureDetectorSettings FailureDetector { get; }

    private static Address ParseSeed(string text) =>
        Address.TryParse(text, out Address? address) && address.HasGlobalScope
            ? address
            : throw new ArgumentException($"akka.cluster.seed-nodes holds '{text}', which is no address. Write akka.tcp://rig@host:port.");
}
