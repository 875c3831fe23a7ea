using Rig.Actors.Hosting;
using Rig.Actors.Membership;
using Rig.CameraNode.Hosting;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>What Rig adds to Akka.NET's membership on each node: the late founder and the healing of two clusters, as NodeCluster starts them.</summary>
internal static class RigMembership
{
    // As SeedPort's.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>One a process.</summary>
    public static LateFounder NewFounder() => new(NodeServices.FirstSeedPatience);

    /// <param name="founder">Null: planted.</param>
    /// <param name="heals">False: planted.</param>
    public static void Watch(SimulatedProcess process, ActorSystem system, LateFounder? founder, bool heals = true)
    {
        if (heals)
        {
            var network = process.Machine.World.Network;
            system.ActorOf(
                ClusterHealerActor.PropsOf(CameraClusterActors.Role, seed => network.ConnectsAsync(process, seed.Host!, seed.Port!.Value, ConnectTimeout)),
                ClusterHealerActor.Name);
        }

        founder?.Watch(system);
    }
}
