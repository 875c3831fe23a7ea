using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pipeline;

/// <summary>The pipeline in the server's own actor system, where it hears of every take that is received.</summary>
internal static class PipelineSetup
{
    public static AkkaConfigurationBuilder WithPipeline(this AkkaConfigurationBuilder builder, IServiceProvider services) =>
        builder.WithActors((system, registry) =>
        {
            var pipeline = system.ActorOf(
                PipelineActor.PropsFor(new PipelineServices(
                    services.GetRequiredService<IPipelineStore>(),
                    services.GetRequiredService<ISessionLeases>(),
                    services.GetRequiredService<CameraSet>().Cameras,
                    [.. services.GetServices<IPipelineStage>()],
                    services.GetRequiredService<IOptions<PipelineOptions>>().Value,
                    services.GetRequiredService<TimeProvider>(),
                    $"{Environment.MachineName}:{Environment.ProcessId}")),
                "pipeline");
            registry.Register<PipelineActor>(pipeline);

            var notices = services.GetRequiredService<TakeNotices>();
            notices.Received += Tell;
            system.RegisterOnTermination(() => notices.Received -= Tell);

            void Tell(SessionId session) => pipeline.Tell(new PipelineProtocol.TakeReceived(session));
        });
}
