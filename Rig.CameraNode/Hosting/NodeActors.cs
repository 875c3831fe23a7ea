using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Transfer;

namespace Rig.CameraNode.Hosting;

/// <summary>The actors of the local system, and of the cluster's where there is one, as the REST routes ask them.</summary>
/// <param name="cluster">Null on a node without a cluster system.</param>
internal sealed class NodeActors(IRequiredActor<CameraActor> camera, IRequiredActor<OffloadActor> offload, ClusterSystem? cluster) : INodeControl
{
    private static readonly TimeSpan QuiescePatience = TimeSpan.FromSeconds(4);

    public Task<object> AskCameraAsync(object message, TimeSpan patience, CancellationToken cancellationToken) =>
        AskAsync(camera.ActorRef, message, patience, cancellationToken);

    public Task<object> AskOffloadAsync(object message, TimeSpan patience, CancellationToken cancellationToken) =>
        AskAsync(offload.ActorRef, message, patience, cancellationToken);

    public Task<object> AskCoordinatorAsync(object message, TimeSpan patience, CancellationToken cancellationToken) =>
        AskAsync(cluster?.Find<SessionCoordinator>() ?? ActorRefs.Nobody, message, patience, cancellationToken);

    /// <summary>The local system, which lives as long as the process.</summary>
    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services) => builder
        .AddHocon(RigConfig.Load("camera-node.conf", "node", []), HoconAddMode.Prepend)
        .WithLogging(services.GetRequiredService<ILoggerFactory>())
        .WithActors((system, registry, resolver) =>
        {
            var camera = system.ActorOf(resolver.Props<CameraActor>(), "camera");
            registry.Register<CameraActor>(camera);

            // Beside the camera, not under it: nothing that offload does reaches a recording.
            registry.Register<OffloadActor>(system.ActorOf(resolver.Props<OffloadActor>(), "offload"));
            OperationsSetup.StartOperator(system, registry, services);

            // From then on no take begins. The camera, a service that stops after the actors, seals the running take.
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "quiesce", async () =>
            {
                await camera.Ask<RecordingProtocol.Quiesced>(new RecordingProtocol.Quiesce(), QuiescePatience);
                return Done.Instance;
            });
        });

    private static async Task<object> AskAsync(IActorRef actor, object message, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (actor.Equals(ActorRefs.Nobody))
        {
            throw new TimeoutException("There is nobody to ask right now.");
        }

        try
        {
            return await actor.Ask<object>(message, patience, cancellationToken);
        }
        catch (AskTimeoutException e)
        {
            throw new TimeoutException(e.Message, e);
        }
    }
}
