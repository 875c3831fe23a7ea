using System.Collections.Immutable;
using Rig.Engine.Actor;
using Rig.Engine.Cluster.Membership;
using Rig.Engine.Event;

namespace Rig.Engine.Cluster;

/// <summary>What cluster daemons say to each other.</summary>
internal static class ClusterMessages
{
    /// <summary>"Is there a cluster?", to a seed node.</summary>
    public sealed record InitJoin : IDeadLetterSuppression;

    /// <summary>"Yes; join here."</summary>
    public sealed record InitJoinAck(Address Address) : IDeadLetterSuppression;

    /// <summary>"I am not in one either."</summary>
    public sealed record InitJoinNack(Address Address) : IDeadLetterSuppression;

    public sealed record Join(UniqueAddress Node, ImmutableHashSet<string> Roles);

    public sealed record Welcome(UniqueAddress From, Gossip Gossip);

    public sealed record GossipEnvelope(UniqueAddress From, UniqueAddress To, Gossip Gossip) : IDeadLetterSuppression;

    public sealed record Leave(Address Address);

    public sealed record Down(Address Address);

    /// <summary>"I have handed over everything and stop now": the leader need not wait for silence.</summary>
    public sealed record ExitingConfirmed(UniqueAddress Node) : IDeadLetterSuppression;

    /// <summary>"I am in this cluster", to a seed that is no member of it.</summary>
    /// <param name="Members">Those that count, in order.</param>
    public sealed record OtherCluster(UniqueAddress From, ImmutableList<UniqueAddress> Members, bool WantsAnswer) : IDeadLetterSuppression;

    /// <summary>"You gossip with me, and my cluster does not know you."</summary>
    public sealed record Unknown(UniqueAddress From, UniqueAddress To) : IDeadLetterSuppression;

    public sealed record Heartbeat(long Sequence) : IDeadLetterSuppression;

    public sealed record HeartbeatResponse(UniqueAddress From, long Sequence) : IDeadLetterSuppression;
}
