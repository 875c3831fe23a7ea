using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Hosting.Trust;
using Rig.Ingest.Frames;
using Rig.Ingest.Persistence;
using Rig.Ingest.Pull;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Hosting;

/// <summary>What one incarnation of this server's cluster system consists of: its membership, by which it learns of finished takes.</summary>
internal static class IngestCluster
{
    /// <returns>Null where <c>Rig:Server:ClusterHost</c> is empty: then the nodes in <c>Rig:Nodes</c> are asked alone.</returns>
    public static Action<AkkaConfigurationBuilder>? For(IServiceProvider services)
    {
        var server = services.GetRequiredService<IOptions<ServerOptions>>().Value;
        return server.ClusterHost.Length == 0 ? null : builder => Configure(builder, server, services);
    }

    private static void Configure(AkkaConfigurationBuilder builder, ServerOptions server, IServiceProvider services) => builder
        .AddHocon(RigConfig.Load("ingest.conf", ClusterSystem.Name, [], PersistenceSetup.References), HoconAddMode.Prepend)
        .WithLogging(services.GetRequiredService<ILoggerFactory>())
        .WithMembership(services.GetRequiredService<RigTrust>(), server.ClusterHost, server.ClusterPort, server.SeedNodes, ClusterRoles.Ingest, ClusterRoles.Worker)
        .WithClusterHealer(ClusterRoles.Camera)
        .WithDiscoveryActor(services.GetRequiredService<IRequiredActor<PullActor>>(), services.GetRequiredService<IOptions<PullOptions>>(), services.GetRequiredService<RigTrust>())
        .WithShardedFrameDevices(services, ClusterRoles.Worker)
        .WithDeadLetterBoard(services);
}
