using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Actors.Hosting;
using Rig.Actors.Pipeline;
using Rig.Actors.Sessions;
using Rig.Ingest.Persistence;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Hosting;

/// <summary>
/// The server's own actor system: pipeline and pull. It is no part of the cluster, so nothing that happens there interrupts a
/// transfer or a stage.
/// </summary>
internal static class LocalActors
{
    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services) => builder
        .AddHocon(RigConfig.Load("ingest.conf", "ingest", [], PersistenceSetup.References), HoconAddMode.Prepend)
        .WithDatabase(services.GetRequiredService<NpgsqlDataSource>())
        .WithLogging(services.GetRequiredService<ILoggerFactory>())
        .WithActors((system, registry, resolver) =>
        {
            registry.Register<PullActor>(system.ActorOf(resolver.Props<PullActor>(), "pull"));
            var pipeline = system.ActorOf(
                PipelineActor.PropsFor(
                    services.GetRequiredService<IWorkQueue>(),
                    services.GetRequiredService<CameraSet>().Cameras,
                    [.. services.GetServices<IPipelineStage>()],
                    services.GetRequiredService<IOptions<PipelineOptions>>().Value,
                    services.GetRequiredService<TimeProvider>(),
                    $"{Environment.MachineName}:{Environment.ProcessId}"),
                "pipeline");
            registry.Register<PipelineActor>(pipeline);
            OperationsSetup.StartOperator(system, registry, services);

            var notices = services.GetRequiredService<TakeNotices>();
            notices.Received += Tell;
            system.RegisterOnTermination(() => notices.Received -= Tell);

            void Tell(SessionId session) => pipeline.Tell(new PipelineProtocol.TakeReceived(session));
        });
}
