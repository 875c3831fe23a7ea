using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Ingest.Persistence;
using Rig.Ingest.Pull;
using Rig.Ingest.Receive;

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
        .AddHocon(RigConfig.Load("ingest.conf", ClusterSystem.Name, Overrides(server), PersistenceSetup.References), HoconAddMode.Prepend)
        .WithLogging(services.GetRequiredService<ILoggerFactory>())
        .WithClusterHealer(CameraClusterActors.Role)
        .WithActors((system, _) =>
        {
            system.ActorOf(DiscoveryActor.PropsFor(services.GetRequiredService<IngestActors>().Pull, services.GetRequiredService<IOptions<PullOptions>>()), "discovery");
            OperationsSetup.CountDeadLetters(system, services);
        });

    private static IEnumerable<KeyValuePair<string, string>> Overrides(ServerOptions options)
    {
        var self = string.Create(CultureInfo.InvariantCulture, $"{options.ClusterHost}:{options.ClusterPort}");
        var seeds = options.SeedNodes.Length > 0 ? options.SeedNodes : [self];
        yield return new("akka.remote.dot-netty.tcp.hostname", RigConfig.Quote(options.ClusterHost));
        yield return new("akka.remote.dot-netty.tcp.port", options.ClusterPort.ToString(CultureInfo.InvariantCulture));
        yield return new("akka.cluster.seed-nodes", $"[{string.Join(", ", seeds.Select(seed => RigConfig.Quote("akka.tcp://rig@" + seed)))}]");
    }
}
