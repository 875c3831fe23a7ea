using Rig.Engine.Cluster.Membership;

namespace Rig.Tests.Engine.Embedded.Cluster;

/// <summary>Members and states to decide about.</summary>
internal static class Nodes
{
    public static UniqueAddress Node(int number, int uid = 1) => new(new Address("akka.tcp", "rig", $"node{number}", 2552), uid);

    public static Member Up(int number, int age, params string[] roles) => new(Node(number), age, MemberStatus.Up, [.. roles]);

    public static Gossip GossipOf(params Member[] members) =>
        members.Aggregate(Gossip.Empty, (gossip, member) => gossip.Put(member));

    public static Gossip Cut(this Gossip gossip, int observer, int subject) =>
        gossip with { Reachability = gossip.Reachability.Set(Node(observer), Node(subject), reachable: false) };
}
