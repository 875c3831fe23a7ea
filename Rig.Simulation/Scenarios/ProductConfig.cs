using System.Collections.Concurrent;
using Rig.Actors.Hosting;
using Rig.CameraNode.Hosting;

namespace Rig.Simulation.Scenarios;

/// <summary>The configuration of the programs' actor systems, as they read it themselves. Read once a process: worlds do not change it.</summary>
internal static class ProductConfig
{
    private const string CameraFile = "camera-node.conf";
    private const int ClusterPort = 2552;

    private static readonly ConcurrentDictionary<(string, bool), Config> Cameras = new();

    private static readonly Config Tuned = ConfigurationFactory.ParseString(
        """
        akka {
          remote { retry-gate-closed-for = 500 ms, log-remote-lifecycle-events = off }
          cluster {
            gossip-interval = 200 ms
            leader-actions-interval = 200 ms
            unreachable-nodes-reaper-interval = 200 ms
            failure-detector { heartbeat-interval = 500 ms, acceptable-heartbeat-pause = 2 s }
            split-brain-resolver { stable-after = 1 s }
            down-removal-margin = 500 ms
            log-info = off
            seed-node-timeout = 2 s
          }
        }
        """);

    /// <summary>A camera node's local system.</summary>
    public static Config CameraLocal { get; } = RigConfig.Load(CameraFile, "node", []);

    /// <summary>A camera node's cluster system.</summary>
    /// <param name="host">The node itself.</param>
    /// <param name="hosts">The seed nodes in their order.</param>
    public static Config Camera(string host, IReadOnlyList<string> hosts, bool isMaster) => Cameras.GetOrAdd((host, isMaster), _ => RigConfig.Load(
        CameraFile,
        ClusterSystem.Name,
        NodeCluster.Overrides(new NodeOptions
        {
            ClusterHost = host,
            ClusterPort = ClusterPort,
            IsMaster = isMaster,
            SeedNodes = [.. hosts.Select(seed => $"{seed}:{ClusterPort}")],
        })).WithFallback(Tuned));
}
