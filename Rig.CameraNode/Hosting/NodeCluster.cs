using Microsoft.Extensions.Options;
using Rig.Actors.Gateway;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.CameraNode.Settings;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Hosting;

/// <summary>What one incarnation of a camera node's cluster system consists of: the coordinator singleton, its proxy and the gateway.</summary>
internal static class NodeCluster
{
    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services, LateFounder founder)
    {
        var ports = services.GetRequiredService<CameraNodePorts>();
        var options = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var session = services.GetRequiredService<IOptions<RigSessionOptions>>().Value;
        string[] roles = options.Master ? [ClusterRoles.Camera, ClusterRoles.MasterClock] : [ClusterRoles.Camera];
        builder
            .AddHocon(RigConfig.Load("camera-node.conf", ClusterSystem.Name, []), HoconAddMode.Prepend)
            .WithLogging(services.GetRequiredService<ILoggerFactory>())
            .WithMembership(services.GetRequiredService<RigTrust>(), options.ClusterHost, options.ClusterPort, options.SeedNodes, roles)
            .WithClusterHealer(ClusterRoles.Camera)
            .WithLateFounder(founder)
            .WithSessionCoordinator(session, options.Expected, ports.Clock)
            .WithGatewayActor(ports, services.GetRequiredService<IRequiredActor<CameraActor>>(), session, services.GetRequiredService<PublishedRig>())
            .WithDeadLetterBoard(services);
    }
}
