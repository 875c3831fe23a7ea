namespace Rig.Domain.Messages;

/// <summary>What seed nodes of clusters that may have come about apart say to each other.</summary>
public static class MembershipProtocol
{
    /// <summary>Asked of a seed node that is no member of the asker's cluster.</summary>
    public sealed record GetClusterView : IRigMessage;

    /// <param name="Members">Those that are up; empty where the node is in no cluster yet.</param>
    public sealed record ClusterView(IReadOnlyList<ClusterMember> Members) : IRigMessage;

    /// <param name="Address">As <c>akka.tcp://rig@host:port</c>.</param>
    /// <param name="Uid">Of this life of the node.</param>
    /// <param name="Votes">Whether it counts where clusters are compared: it is a camera.</param>
    public sealed record ClusterMember(string Address, int Uid, bool Votes);
}
