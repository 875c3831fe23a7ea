using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Actors.Hosting;
using Rig.Ingest.Frames;
using Rig.Ingest.Persistence;
using Rig.Ingest.Pipeline;
using Rig.Ingest.Pull;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Hosting;

/// <summary>
/// The server's own actor system: pipeline and pull. It is no part of the cluster, so nothing that happens there interrupts a
/// transfer or a stage.
/// </summary>
internal static class LocalActors
{
    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services)
    {
        builder
            .AddHocon(RigConfig.Load("ingest.conf", "ingest", [], PersistenceSetup.References), HoconAddMode.Prepend)
            .WithDatabase(services.GetRequiredService<NpgsqlDataSource>())
            .WithLogging(services.GetRequiredService<ILoggerFactory>())
            .WithPipeline(services)
            .WithActors((system, registry, resolver) => registry.Register<PullActor>(system.ActorOf(resolver.Props<PullActor>(), "pull")))
            .WithDeadLetterBoard(services);
        if (services.GetRequiredService<IOptions<ServerOptions>>().Value.ClusterHost.Length == 0)
        {
            builder.WithLocalFrameDevices(services);
        }
    }
}
