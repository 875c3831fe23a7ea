using Akka.Cluster.Hosting;
using Akka.Remote.Hosting;
using Rig.Actors.Hosting;

namespace Rig.Actors.Membership;

public static class MembershipExtensions
{
    /// <summary>
    /// Makes a system a member of the rig's cluster: where it is, what it is there for, and which seed nodes it joins. All else is in
    /// hocon/cluster.conf, which is to be added before.
    /// </summary>
    /// <param name="host">Address of this node in the rig's network.</param>
    /// <param name="seedNodes"><c>host:port</c> of the nodes to join by, the same order on all nodes; empty: this node alone.</param>
    public static AkkaConfigurationBuilder WithMembership(this AkkaConfigurationBuilder builder, string host, int port, IReadOnlyList<string> seedNodes, params string[] roles) => builder
        .WithRemoting(host, port)
        .WithClustering(new ClusterOptions
        {
            Roles = roles,
            SeedNodes = [.. (seedNodes.Count > 0 ? seedNodes : [FormattableString.Invariant($"{host}:{port}")]).Select(seed => $"akka.tcp://{ClusterSystem.Name}@{seed}")],
        });
}
