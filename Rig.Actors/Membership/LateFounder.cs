namespace Rig.Actors.Membership;

/// <summary>
/// Lets a rig be switched on without its first camera. Only the first of the seed nodes may found a cluster, so that there are never
/// two; where it stays away the next one founds after a while, then the one after that. A node that was in a cluster once since it
/// was switched on never founds one: it may be the one that was cut off.
/// </summary>
/// <param name="timeout">What each seed node leaves those before it in the list, each.</param>
public sealed class LateFounder(TimeSpan timeout)
{
    private volatile bool wasMember;

    /// <summary>To be called for each incarnation of the node's cluster system.</summary>
    public void Watch(ActorSystem system)
    {
        var cluster = Cluster.Get(system);
        cluster.RegisterOnMemberUp(() => wasMember = true);
        var seeds = system.Settings.Config.GetStringList("akka.cluster.seed-nodes").Select(Address.Parse).ToList();
        var place = seeds.IndexOf(cluster.SelfAddress);
        if (place > 0 && !wasMember)
        {
            system.Scheduler.Advanced.ScheduleOnce(timeout * place, () => Found(cluster, seeds));
        }
    }

    private void Found(Cluster cluster, List<Address> seeds)
    {
        if (!wasMember && !cluster.IsTerminated)
        {
            cluster.System.Log.Warning("The first seed node stays away; this node founds the cluster.");
            cluster.JoinSeedNodes(seeds.OrderBy(seed => seed != cluster.SelfAddress));
        }
    }
}

public static class LateFounderExtensions
{
    /// <param name="founder">The process's, the same for each incarnation of its cluster system.</param>
    public static AkkaConfigurationBuilder WithLateFounder(this AkkaConfigurationBuilder builder, LateFounder founder) =>
        builder.WithActors((system, _) => founder.Watch(system));
}
