using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.Actors.Hosting;

/// <summary>What a camera node runs in its cluster system: the coordinator where it falls to this node, the way to it, and the gateway.</summary>
public static class CameraClusterActors
{
    public const string Role = "camera";

    private const string CoordinatorName = "session";
    private const int ProxyBuffer = 100;

    /// <param name="camera">The camera actor of the same process's local system.</param>
    /// <param name="coordinator">Of <see cref="SessionCoordinator"/>.</param>
    /// <returns>The coordinator's proxy.</returns>
    public static IActorRef Start(ActorSystem system, CameraNodePorts ports, IActorRef camera, RigSessionOptions session, Props coordinator)
    {
        system.ActorOf(
            ClusterSingletonManager.Props(
                coordinator,
                PoisonPill.Instance,
                ClusterSingletonManagerSettings.Create(system).WithRole(Role).WithSingletonName(CoordinatorName)),
            CoordinatorName);
        var proxy = system.ActorOf(
            ClusterSingletonProxy.Props(
                $"/user/{CoordinatorName}",
                ClusterSingletonProxySettings.Create(system).WithRole(Role).WithSingletonName(CoordinatorName).WithBufferSize(ProxyBuffer)),
            "coordinator");
        system.ActorOf(GatewayActor.PropsOf(ports, camera, proxy, session), "gateway");
        return proxy;
    }
}
