using Akka.Cluster.Hosting;
using Akka.Remote.Hosting;
using Rig.Actors.Hosting;
using Rig.Hosting.Trust;

namespace Rig.Actors.Membership;

public static class MembershipExtensions
{
    /// <summary>
    /// Makes a system a member of the rig's cluster: where it is, what it is there for, and which seed nodes it joins. All else is in
    /// hocon/cluster.conf, which is to be added before.
    /// </summary>
    /// <param name="trust">Makes remoting TLS where this machine is enrolled.</param>
    /// <param name="host">Address of this node in the rig's network.</param>
    /// <param name="seedNodes"><c>host:port</c> of the nodes to join by, the same order on all nodes; empty: this node alone.</param>
    public static AkkaConfigurationBuilder WithMembership(
        this AkkaConfigurationBuilder builder, RigTrust trust, string host, int port, IReadOnlyList<string> seedNodes, params string[] roles) => builder
        .WithRemoting(remote =>
        {
            (remote.HostName, remote.Port) = (host, port);
            ClusterTls.Apply(remote, trust);
        })
        .WithClustering(new ClusterOptions
        {
            Roles = roles,
            SeedNodes = [.. (seedNodes.Count > 0 ? seedNodes : [FormattableString.Invariant($"{host}:{port}")]).Select(seed => $"{ClusterTls.Protocol(trust)}://{ClusterSystem.Name}@{seed}")],
        });
}
