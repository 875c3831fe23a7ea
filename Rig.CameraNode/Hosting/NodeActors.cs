using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Actors.Transfer;
using Rig.CameraNode.Control;

namespace Rig.CameraNode.Hosting;

/// <summary>The actors of the local system, and of the cluster's where there is one, as the REST routes ask them.</summary>
/// <param name="cluster">Null on a node without a cluster system.</param>
internal sealed class NodeActors(IRequiredActor<CameraActor> camera, IRequiredActor<UploadActor> offload, ClusterSystem? cluster) : INodeControl
{
    public Task<object> AskCameraAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(camera.ActorRef, message, timeout, cancellationToken);

    public Task<object> AskUploadAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(offload.ActorRef, message, timeout, cancellationToken);

    public Task<object> AskCoordinatorAsync(object message, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(cluster?.Find<SessionCoordinator>() ?? ActorRefs.Nobody, message, timeout, cancellationToken);

    /// <summary>The local system, which lives as long as the process.</summary>
    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services) => builder
        .AddHocon(RigConfig.Load("camera-node.conf", "node", []), HoconAddMode.Prepend)
        .WithLogging(services.GetRequiredService<ILoggerFactory>())
        .WithCameraActor()
        .WithUploadActor()
        .WithDeadLetterBoard(services);

    private static async Task<object> AskAsync(IActorRef actor, object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (actor.Equals(ActorRefs.Nobody))
        {
            throw new TimeoutException("There is nobody to ask right now.");
        }

        try
        {
            return await actor.Ask<object>(message, timeout, cancellationToken);
        }
        catch (AskTimeoutException e)
        {
            throw new TimeoutException(e.Message, e);
        }
    }
}
