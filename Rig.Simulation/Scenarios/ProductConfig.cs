using System.Collections.Concurrent;
using Rig.Actors.Hosting;
using Rig.Actors.Membership;

namespace Rig.Simulation.Scenarios;

/// <summary>The configuration of the programs' actor systems, as they read it themselves. Read once a process: worlds do not change it.</summary>
internal static class ProductConfig
{
    private const string CameraFile = "camera-node.conf";
    private const int ClusterPort = 2552;

    private static readonly ConcurrentDictionary<(string, bool), Config> Cameras = new();

    /// <summary>A camera node's local system.</summary>
    public static Config CameraLocal { get; } = RigConfig.Load(CameraFile, "node", []);

    /// <summary>The home server's local system, without the database behind it.</summary>
    public static Config ServerLocal { get; } = RigConfig.Load("ingest.conf", "ingest", [], Persistence.DefaultConfig());

    /// <summary>A camera node's cluster system.</summary>
    /// <param name="host">The node itself.</param>
    /// <param name="hosts">The seed nodes in their order.</param>
    public static Config Camera(string host, IReadOnlyList<string> hosts, bool isMaster) => Cameras.GetOrAdd((host, isMaster), _ => RigConfig.Load(
        CameraFile,
        ClusterSystem.Name,
        // What Akka.Hosting adds for MembershipExtensions.
        new Dictionary<string, string>
        {
            ["akka.remote.dot-netty.tcp.hostname"] = RigConfig.Quote(host),
            ["akka.remote.dot-netty.tcp.port"] = $"{ClusterPort}",
            ["akka.cluster.roles"] = isMaster ? $"[{ClusterRoles.Camera}, {ClusterRoles.MasterClock}]" : $"[{ClusterRoles.Camera}]",
            ["akka.cluster.seed-nodes"] = $"[{string.Join(", ", hosts.Select(seed => RigConfig.Quote($"akka.tcp://{ClusterSystem.Name}@{seed}:{ClusterPort}")))}]",
        }));
}
