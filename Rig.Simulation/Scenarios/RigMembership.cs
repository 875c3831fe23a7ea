using Rig.Actors.Membership;
using Rig.CameraNode.Hosting;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>What Rig adds to Akka.NET's membership on each node: the late founder and the healing of two clusters, as NodeCluster starts them.</summary>
internal static class RigMembership
{
    // As SessionCoordinatorExtensions'.
    private const string Coordinator = "session";
    private const int ProxyBuffer = 100;

    // As SeedPort's.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>One a process.</summary>
    public static LateFounder NewFounder() => new(NodeServices.FirstSeedTimeout);

    /// <summary>The coordinator's singleton and its proxy, as Akka.Hosting's WithSingleton makes them.</summary>
    /// <returns>The proxy.</returns>
    public static IActorRef StartCoordinator(ActorSystem system, Props coordinator)
    {
        system.ActorOf(
            ClusterSingletonManager.Props(
                coordinator, PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system).WithRole(ClusterRoles.Camera).WithSingletonName(Coordinator)),
            Coordinator);
        return system.ActorOf(
            ClusterSingletonProxy.Props(
                $"/user/{Coordinator}", ClusterSingletonProxySettings.Create(system).WithRole(ClusterRoles.Camera).WithSingletonName(Coordinator).WithBufferSize(ProxyBuffer)),
            $"{Coordinator}-proxy");
    }

    /// <param name="founder">Null: planted.</param>
    /// <param name="heals">False: planted.</param>
    public static void Watch(SimulatedProcess process, ActorSystem system, LateFounder? founder, bool heals = true)
    {
        if (heals)
        {
            var network = process.Machine.World.Network;
            system.ActorOf(
                ClusterHealerActor.PropsOf(ClusterRoles.Camera, seed => network.ConnectsAsync(process, seed.Host!, seed.Port!.Value, ConnectTimeout)),
                ClusterHealerActor.Name);
        }

        founder?.Watch(system);
    }
}
