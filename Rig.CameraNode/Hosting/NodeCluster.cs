using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.CameraNode.Hosting;

/// <summary>What one incarnation of a camera node's cluster system consists of: the coordinator singleton, its proxy and the gateway.</summary>
internal static class NodeCluster
{
    private const string CoordinatorName = "session";
    private const string CameraRole = "camera";
    private const int ProxyBuffer = 100;

    public static void Configure(AkkaConfigurationBuilder builder, IServiceProvider services)
    {
        var ports = services.GetRequiredService<CameraNodePorts>();
        var options = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var session = services.GetRequiredService<IOptions<RigSessionOptions>>().Value;
        var camera = services.GetRequiredService<IRequiredActor<CameraActor>>();
        builder
            .AddHocon(RigConfig.Load("camera-node.conf", ClusterSystem.Name, Overrides(options)), HoconAddMode.Prepend)
            .WithActors((system, registry) =>
            {
                LogBridgeActor.Attach(system, services.GetRequiredService<ILoggerFactory>());
                system.ActorOf(
                    ClusterSingletonManager.Props(
                        SessionCoordinator.PropsOf(session, options.Expected, ports.Clock),
                        PoisonPill.Instance,
                        ClusterSingletonManagerSettings.Create(system).WithRole(CameraRole).WithSingletonName(CoordinatorName)),
                    CoordinatorName);
                var coordinator = system.ActorOf(
                    ClusterSingletonProxy.Props(
                        $"/user/{CoordinatorName}",
                        ClusterSingletonProxySettings.Create(system).WithRole(CameraRole).WithSingletonName(CoordinatorName).WithBufferSize(ProxyBuffer)),
                    "coordinator");
                system.ActorOf(GatewayActor.PropsOf(ports, camera.ActorRef, coordinator, session), "gateway");
                registry.Register<SessionCoordinator>(coordinator);
                OperationsSetup.CountDeadLetters(system, services);
            });
    }

    internal static IEnumerable<KeyValuePair<string, string>> Overrides(NodeOptions options)
    {
        var self = string.Create(CultureInfo.InvariantCulture, $"{options.ClusterHost}:{options.ClusterPort}");
        var seeds = options.SeedNodes.Length > 0 ? options.SeedNodes : [self];
        string[] roles = options.Master ? [CameraRole, GatewayActor.MasterRole] : [CameraRole];
        yield return new("akka.remote.dot-netty.tcp.hostname", RigConfig.Quote(options.ClusterHost));
        yield return new("akka.remote.dot-netty.tcp.port", options.ClusterPort.ToString(CultureInfo.InvariantCulture));
        yield return new("akka.cluster.roles", $"[{string.Join(", ", roles.Select(RigConfig.Quote))}]");
        yield return new("akka.cluster.seed-nodes", $"[{string.Join(", ", seeds.Select(s => RigConfig.Quote($"akka.tcp://rig@{s}")))}]");
    }
}
