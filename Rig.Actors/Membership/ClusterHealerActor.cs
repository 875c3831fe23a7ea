using static Rig.Domain.Messages.MembershipProtocol;

namespace Rig.Actors.Membership;

/// <summary>
/// Brings clusters together that came about apart: asks every seed node outside of its cluster which one that is in, and where
/// <see cref="Islands"/> says that its own gives way, ends the cluster system. ClusterSystem makes a new one, which joins the other.
/// The same where a join does not come to an end.
/// </summary>
public sealed class ClusterHealerActor : ReceiveActor, IWithTimers
{
    /// <summary>The actor's name under /user, by which others ask it.</summary>
    public const string Name = "healer";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Longer than a restarted node needs until its actors answer.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(20);

    // A join waits until the members' pictures agree; one that was taken in by a cluster that ended since waits forever.
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(20);

    private readonly string voterRole;
    private readonly Func<Address, Task<bool>> connects;
    private readonly Cluster cluster = Cluster.Get(Context.System);
    private readonly List<string> seeds = [.. Context.System.Settings.Config.GetStringList("akka.cluster.seed-nodes")];
    private readonly Dictionary<string, TimeSpan> heardAt = new(StringComparer.Ordinal);
    private readonly HashSet<string> silent = new(StringComparer.Ordinal);
    private readonly ILoggingAdapter log = Context.GetLogger();
    private TimeSpan? joiningSince;
    private bool ending;

    /// <param name="voterRole">The role whose members count where clusters are compared.</param>
    /// <param name="connects">Whether the node's port takes a connection. Must not throw.</param>
    public ClusterHealerActor(string voterRole, Func<Address, Task<bool>> connects)
    {
        (this.voterRole, this.connects) = (voterRole, connects);
        Receive<Look>(_ =>
        {
            AskOthers();
            WatchJoin();
        });
        Receive<GetClusterView>(_ => Sender.Tell(View()));
        Receive<ClusterView>(Compare);
        Receive<Connected>(Judge);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    public static Props PropsOf(string voterRole, Func<Address, Task<bool>> connects) => Props.Create(() => new ClusterHealerActor(voterRole, connects));

    protected override void PreStart() => Timers.StartPeriodicTimer("look", Look.Instance, Interval);

    private void AskOthers()
    {
        var outside = Outside();
        foreach (var back in heardAt.Keys.Except(outside).ToList())
        {
            heardAt.Remove(back);
            silent.Remove(back);
        }

        foreach (var seed in outside)
        {
            heardAt.TryAdd(seed, Now);
            Context.ActorSelection($"{seed}/user/{Name}").Tell(new GetClusterView());
            if (Now - heardAt[seed] > SilenceLimit)
            {
                connects(Address.Parse(seed)).PipeTo(Self, success: connected => new Connected(seed, connected));
            }
        }
    }

    private void WatchJoin()
    {
        if (cluster.SelfMember.Status != MemberStatus.Joining)
        {
            joiningSince = null;
            return;
        }

        joiningSince ??= Now;
        if (Now - joiningSince > JoinLimit)
        {
            End($"This node was taken into a cluster and is no full member after {JoinLimit}. It ends its own part, to join again.");
        }
    }

    /// <summary>Seed nodes that are no members, as long as this node is one itself.</summary>
    private List<string> Outside() => View().Members.Count == 0
        ? []
        : [.. seeds.Except(cluster.State.Members.Select(member => member.Address.ToString()))];

    private ClusterView View() => cluster.SelfMember.Status == MemberStatus.Up
        ? new ClusterView([.. cluster.State.Members.Where(member => member.Status == MemberStatus.Up)
            .Select(member => new ClusterMember(member.Address.ToString(), member.UniqueAddress.Uid, member.HasRole(voterRole)))])
        : new ClusterView([]);

    private void Compare(ClusterView other)
    {
        heardAt[Sender.Path.Address.ToString()] = Now;
        silent.Remove(Sender.Path.Address.ToString());
        if (Islands.GivesWay(View(), other, seeds))
        {
            End($"There is another cluster of this rig, of {other.Members.Count} members, at {Sender.Path.Address}. This one, of {View().Members.Count}, ends, to join it.");
        }
    }

    private void Judge(Connected connected)
    {
        if (!connected.Accepted || !heardAt.TryGetValue(connected.Seed, out var heard) || Now - heard <= SilenceLimit)
        {
            silent.Remove(connected.Seed);
            return;
        }

        silent.Add(connected.Seed);
        if (Islands.GivesWayToSilent(View(), silent, seeds))
        {
            End($"{string.Join(", ", silent)} take connections and have not answered for {SilenceLimit}: each side gave the other up. This one ends, to join them.");
        }
    }

    private void End(string why)
    {
        if (!ending)
        {
            ending = true;
            log.Warning(why);
            _ = CoordinatedShutdown.Get(Context.System).Run(Healed.Instance);
        }
    }

    private sealed record Look
    {
        public static Look Instance { get; } = new();
    }

    private sealed record Connected(string Seed, bool Accepted);

    private sealed class Healed : CoordinatedShutdown.Reason
    {
        public static Healed Instance { get; } = new();

        public override int ExitCode => 0;
    }
}

public static class ClusterHealerExtensions
{
    /// <summary>For every cluster system of the rig, camera or not.</summary>
    public static AkkaConfigurationBuilder WithClusterHealer(this AkkaConfigurationBuilder builder, string voterRole) => builder.WithActors((system, _) =>
        system.ActorOf(ClusterHealerActor.PropsOf(voterRole, SeedPort.ConnectsAsync), ClusterHealerActor.Name));
}
