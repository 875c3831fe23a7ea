using System.Globalization;
using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;

namespace Rig.CameraNode.Hosting;

/// <summary>
/// Keeps a cluster system running: when it ends, because the others took this node for dead or it found itself on the smaller side
/// of a broken network, a new one is made after a while. The camera lives in another system and does not notice.
/// </summary>
internal sealed class ClusterHost(CameraNodePorts ports, NodeActors node, IOptions<NodeOptions> options, IOptions<RigSessionOptions> session, ILoggerFactory loggers)
    : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(5);

    private readonly ILogger log = loggers.CreateLogger<ClusterHost>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var system = Start();
                await system.WhenTerminated.WaitAsync(stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                node.Coordinator = ActorRefs.Nobody;
                if (stoppingToken.IsCancellationRequested)
                {
                    await LeaveAsync(system);
                    return;
                }

                pause = system.Uptime > Healthy ? ShortestPause : pause;
                log.LogWarning("The cluster system ended. The camera goes on; a new one is made in {Pause}.", pause);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                node.Coordinator = ActorRefs.Nobody;
                log.LogError(e, "The cluster system could not be made. The camera goes on; another try in {Pause}.", pause);
            }

            try
            {
                await Task.Delay(pause, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private ActorSystem Start()
    {
        var system = ActorSystem.Create("rig", RigConfig.Load("camera-node.conf", "rig", Overrides(options.Value)));
        try
        {
            LogBridgeActor.Attach(system, loggers);
            node.Coordinator = CameraClusterActors.Start(
                system, ports, node.Camera, session.Value, SessionCoordinator.PropsOf(session.Value, options.Value.Expected, ports.Clock));
            return system;
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    private async Task LeaveAsync(ActorSystem system)
    {
        try
        {
            await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(LeavePatience);
        }
        catch (TimeoutException)
        {
            log.LogWarning("The cluster was not left within {Patience}; the others will notice.", LeavePatience);
        }
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
