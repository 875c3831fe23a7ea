using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.CameraNode.Hosting;

/// <summary>What one incarnation of a camera node's cluster system consists of: the coordinator singleton, its proxy and the gateway.</summary>
internal static class NodeCluster
{
    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services, LateFounder founder)
    {
        var ports = services.GetRequiredService<CameraNodePorts>();
        var options = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var session = services.GetRequiredService<IOptions<RigSessionOptions>>().Value;
        var camera = services.GetRequiredService<IRequiredActor<CameraActor>>();
        builder
            .AddHocon(RigConfig.Load("camera-node.conf", ClusterSystem.Name, Overrides(options)), HoconAddMode.Prepend)
            .WithLogging(services.GetRequiredService<ILoggerFactory>())
            .WithClusterHealer(CameraClusterActors.Role)
            .WithActors((system, registry) =>
            {
                founder.Watch(system);
                var coordinator = CameraClusterActors.Start(
                    system, ports, camera.ActorRef, session, SessionCoordinator.PropsOf(session, options.Expected, ports.Clock));
                registry.Register<SessionCoordinator>(coordinator);
                OperationsSetup.CountDeadLetters(system, services);
            });
    }

    internal static IEnumerable<KeyValuePair<string, string>> Overrides(NodeOptions options)
    {
        var self = string.Create(CultureInfo.InvariantCulture, $"{options.ClusterHost}:{options.ClusterPort}");
        var seeds = options.SeedNodes.Length > 0 ? options.SeedNodes : [self];
        string[] roles = options.Master ? [CameraClusterActors.Role, GatewayActor.MasterRole] : [CameraClusterActors.Role];
        yield return new("akka.remote.dot-netty.tcp.hostname", RigConfig.Quote(options.ClusterHost));
        yield return new("akka.remote.dot-netty.tcp.port", options.ClusterPort.ToString(CultureInfo.InvariantCulture));
        yield return new("akka.cluster.roles", $"[{string.Join(", ", roles.Select(RigConfig.Quote))}]");
        yield return new("akka.cluster.seed-nodes", $"[{string.Join(", ", seeds.Select(s => RigConfig.Quote($"akka.tcp://rig@{s}")))}]");
    }
}
