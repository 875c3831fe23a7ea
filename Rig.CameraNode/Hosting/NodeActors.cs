using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;

namespace Rig.CameraNode.Hosting;

/// <summary>The local actor system with the camera actor, for as long as the process lives.</summary>
internal sealed class NodeActors(CameraNodePorts ports, OffloadActorPorts offloadPorts, ILoggerFactory loggers) : IHostedService, INodeControl
{
    private static readonly TimeSpan QuiescePatience = TimeSpan.FromSeconds(5);

    private ActorSystem? system;
    private IActorRef camera = ActorRefs.Nobody;
    private IActorRef offload = ActorRefs.Nobody;
    private volatile IActorRef coordinator = ActorRefs.Nobody;

    /// <summary>The camera actor; nobody before the start.</summary>
    public IActorRef Camera => camera;

    /// <summary>Proxy of the rig's coordinator, set by <see cref="ClusterHost"/>; nobody while there is no cluster system.</summary>
    public IActorRef Coordinator
    {
        get => coordinator;
        set => coordinator = value;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        system = ActorSystem.Create("node", RigConfig.Load("camera-node.conf", "node", []));
        LogBridgeActor.Attach(system, loggers);
        camera = system.ActorOf(CameraActor.PropsOf(ports), "camera");

        // Beside the camera, not under it: nothing that offload does reaches a recording.
        offload = system.ActorOf(OffloadActor.PropsOf(offloadPorts), "offload");
        return Task.CompletedTask;
    }

    /// <summary>From here on no take begins. The camera, a service that stops after this one, seals the running take.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (system is null)
        {
            return;
        }

        try
        {
            await camera.Ask<RecordingProtocol.Quiesced>(new RecordingProtocol.Quiesce(), QuiescePatience, cancellationToken);
        }
        catch (Exception e) when (e is AskTimeoutException or OperationCanceledException)
        {
            loggers.CreateLogger<NodeActors>().LogWarning("The camera actor did not answer in time; the camera is stopped without it.");
        }

        await system.Terminate();
    }

    public Task<object> AskCameraAsync(object message, TimeSpan patience, CancellationToken cancellationToken) => AskAsync(camera, message, patience, cancellationToken);

    public Task<object> AskOffloadAsync(object message, TimeSpan patience, CancellationToken cancellationToken) => AskAsync(offload, message, patience, cancellationToken);

    public Task<object> AskCoordinatorAsync(object message, TimeSpan patience, CancellationToken cancellationToken) => AskAsync(coordinator, message, patience, cancellationToken);

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
