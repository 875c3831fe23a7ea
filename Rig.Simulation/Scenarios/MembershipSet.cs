using Rig.Actors.Hosting;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// Membership and singleton: three nodes, a few faults, then peace. Two singletons on the majority's side are one again in time; after
/// a clean cut the node that is alone has ended its own before; a short pause downs nobody; the first seed may stay away; and in peace
/// all are up again with exactly one singleton.
/// </summary>
internal static class MembershipSet
{
    public const string Name = "membership";

    private const int MaxPauseMs = 800;

    /// <summary>Detection, stability, and the time a hold-up on the wire may add.</summary>
    private static readonly TimeSpan DowningTime = TimeSpan.FromSeconds(6);

    /// <summary>
    /// One that was downed while the link came back is not told by Akka.NET: it must lose the others by itself, decide, and end its part.
    /// </summary>
    private static readonly TimeSpan LearningTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Two sides that gave each other up, as after a cut that came in pieces, are heard of no more by remoting; the healer waits 20 s for
    /// an answer before one side starts again.
    /// </summary>
    private static readonly TimeSpan ReunionTime = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Members must have known each other this long for one time of detection: the first heartbeats are awaited longer, and if that is more than
    /// stable-after, a cut seems to come in pieces.
    /// </summary>
    private static readonly TimeSpan Acquaintance = TimeSpan.FromSeconds(15);

    /// <summary>Without its first seed the rig is up by then: the second waits 10 s, then founds.</summary>
    private static readonly TimeSpan FoundedWithin = TimeSpan.FromSeconds(18);

    private static readonly string[] Hosts = ["cam-l", "cam-c", "cam-r"];

    public static Outcome Run(int seed, MembershipBug bug = MembershipBug.None, Action<string>? listener = null)
    {
        using var world = new SimulatedWorld(seed);
        world.Trace.Listener = listener;
        var ledger = new SingletonLedger(world);
        var nodes = Hosts.Select(host => Node(world.AddMachine(host), ledger, bug)).ToList();
        var rules = new Rules(world, nodes, ledger);
        var faults = new Faults(world, nodes, rules.Connectivity.Changed);
        var late = seed % 8 == 5 ? nodes[0] : null;
        foreach (var node in nodes.Where(node => node != late))
        {
            world.After(world.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () => Start(node, rules));
        }

        if (late is not null)
        {
            LateFirstSeed(world, late, rules);
        }

        rules.MustConverge(within: TimeSpan.FromSeconds(15));
        if (seed % 4 == 0)
        {
            ShortPauses(world, nodes, faults, rules);
        }
        else if (seed % 8 == 1)
        {
            LongCut(world, nodes, rules);
        }
        else
        {
            for (var round = world.Pick(3) + 1; round > 0; round--)
            {
                faults.Strike(world.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(8)));
                rules.RunFor(world.Between(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(6)));
            }

            rules.RunFor(TimeSpan.FromSeconds(4));
            faults.HealAll();
            rules.RunFor(TimeSpan.FromSeconds(14));
            rules.MustConverge(within: TimeSpan.FromSeconds(30));
        }

        return new Outcome(Name, seed, world.Trace.Hash, world.Elapsed, world.Steps, rules.Violations);
    }

    private static void Start(ClusterNode node, Rules rules)
    {
        node.Start();
        rules.Connectivity.Changed();
    }

    /// <summary>The first camera is switched on last, before, while or after another has founded the cluster in its place.</summary>
    private static void LateFirstSeed(SimulatedWorld world, ClusterNode first, Rules rules)
    {
        rules.MustBeUp(world.Between(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(24)), FoundedWithin, first);
        Start(first, rules);
        rules.RunFor(ReunionTime);
    }

    private static void ShortPauses(SimulatedWorld world, IReadOnlyList<ClusterNode> nodes, Faults faults, Rules rules)
    {
        var starts = rules.Ledger.Starts;
        for (var round = 0; round < 4; round++)
        {
            faults.Pause(world.Pick(nodes), TimeSpan.FromMilliseconds(100 + world.Pick(MaxPauseMs - 100 + 1)));
            rules.RunFor(TimeSpan.FromSeconds(3));
        }

        if (rules.Ledger.Starts != starts || nodes.Any(node => !node.IsUp))
        {
            rules.Broken($"pauses of at most {MaxPauseMs} ms moved the singleton or downed a node");
        }
    }

    /// <summary>One node is alone for longer than it takes both sides to decide.</summary>
    private static void LongCut(SimulatedWorld world, IReadOnlyList<ClusterNode> nodes, Rules rules)
    {
        rules.RunFor(Acquaintance);
        rules.IsCleanCut = true;
        var alone = world.Pick(nodes).Machine;
        world.Network.Partition([alone], nodes.Select(node => node.Machine).Where(machine => machine != alone).ToList());
        rules.Connectivity.Changed();
        rules.RunFor(world.Between(DowningTime, DowningTime * 2));
        world.Network.Heal();
        rules.Connectivity.Changed();
        rules.MustConverge(within: TimeSpan.FromSeconds(30));
    }

    private static ClusterNode Node(SimulatedMachine machine, SingletonLedger ledger, MembershipBug bug)
    {
        var founder = RigMembership.NewFounder();
        return new ClusterNode(machine, process => process.CreateSystemAsync(ClusterSystem.Name, Planted(process, bug).WithFallback(ProductConfig.Camera(machine.Name, Hosts, isMaster: false)), system =>
        {
            RigMembership.Watch(process, system, bug == MembershipBug.LostFounder ? null : founder, heals: bug != MembershipBug.DeafHealer);
            system.ActorOf(
                ClusterSingletonManager.Props(LedgerSingleton.PropsOf(ledger, process), PoisonPill.Instance, ClusterSingletonManagerSettings.Create(system)),
                "one");
        }))
        {
            Boot = _ =>
            {
                founder = RigMembership.NewFounder();
                return Task.CompletedTask;
            },
        };
    }

    private static Config Planted(SimulatedProcess process, MembershipBug bug) => bug switch
    {
        MembershipBug.BothSidesLive when process.Machine.Name == Hosts[0] => ConfigurationFactory.ParseString(
            """
            akka.cluster.split-brain-resolver { active-strategy = keep-oldest, keep-oldest.down-if-alone = off }
            """),
        _ => Config.Empty,
    };

    private sealed class Rules(SimulatedWorld world, IReadOnlyList<ClusterNode> nodes, SingletonLedger ledger)
    {
        private readonly List<string> violations = [];
        private readonly Dictionary<SimulatedMachine, IReadOnlyList<Member>> upWhenCutOff = [];

        /// <summary>The network is cut once, among members that know each other.</summary>
        public bool IsCleanCut { get; set; }

        public Connectivity Connectivity => field ??= new(world, nodes.Select(node => node.Machine).ToList())
        {
            CutOff = machine => upWhenCutOff[machine] = nodes.Single(node => node.Machine == machine).Cluster is { } cluster
                ? [.. cluster.State.Members.Where(member => member.Status == MemberStatus.Up)]
                : [],
        };

        public SingletonLedger Ledger => ledger;

        public IReadOnlyList<string> Violations => violations;

        public void RunFor(TimeSpan duration) => world.RunUntil(world.Elapsed + duration, Check);

        /// <summary>All but one must be up together by a time, if it comes to that.</summary>
        public void MustBeUp(TimeSpan duration, TimeSpan by, ClusterNode but)
        {
            RunFor(duration);
            if (world.Elapsed >= by && nodes.Any(node => node != but && (!node.IsUp || node.Cluster!.State.Members.Count != nodes.Count - 1)))
            {
                Broken(FormattableString.Invariant($"without {but.Name} the others are no cluster after {world.Elapsed.TotalSeconds:F0} s"));
            }
        }

        public void MustConverge(TimeSpan within)
        {
            var from = world.Elapsed;
            if (!world.RunUntil(from + within, () => Check() || IsConverged()) && violations.Count == 0)
            {
                foreach (var node in nodes)
                {
                    world.Trace.Comment(node.Machine, $"sees {(node.Cluster is { } cluster ? string.Join(", ", cluster.State.Members.Select(member => $"{member.Address.Host} {member.Status}")) : "nothing")}");
                }

                Broken($"not all nodes are up with one singleton {within.TotalSeconds} s after the last fault");
            }
        }

        public void Broken(string rule)
        {
            if (violations.Count > 0)
            {
                return;
            }

            world.Trace.Note(null, "BROKEN: " + rule);
            violations.Add(FormattableString.Invariant($"{rule} (at {world.Elapsed.TotalSeconds:F3} s)"));
        }

        private bool IsConverged() =>
            nodes.All(node => node.IsUp && node.Cluster!.State is { Members.Count: 3, Unreachable.Count: 0 } state && state.Members.All(member => member.Status == MemberStatus.Up))
            && ledger.Live.Count() == 1;

        private bool Check()
        {
            var live = ledger.Live.ToList();
            if (live.Count(one => Connectivity.IsSettled(one.Machine, IsCleanCut ? LearningTime : ReunionTime)) > 1)
            {
                Broken($"two singletons live at once on the majority's side: {string.Join(" and ", live.Select(one => one.Machine))}");
            }

            // One that was founded while cut off, by the first seed, is another cluster's: it gives way once they meet.
            if (IsCleanCut
                && Connectivity.Majority.Count > 0
                && world.Elapsed - Connectivity.LastChange > DowningTime
                && live.FirstOrDefault(one => one.Machine.Process is { IsPaused: false } && !Connectivity.Majority.Contains(one.Machine) && one.Since < Connectivity.LastChange && IsOutvoted(one.Machine)) is { Machine: { } stray })
            {
                Broken($"{stray} is cut off and still hosts the singleton");
            }

            return violations.Count > 0;
        }

        // Of machines that join or start meanwhile, one that is cut off cannot hear: it goes by the members that it had.
        private bool IsOutvoted(SimulatedMachine cutOff)
        {
            var up = upWhenCutOff.GetValueOrDefault(cutOff) ?? [];
            var there = up.Where(member => Connectivity.Majority.Any(machine => machine.Name == member.Address.Host)).ToList();
            return up.Count == 0 || there.Count * 2 > up.Count || (there.Count * 2 == up.Count && there.Contains(up.MinBy(member => member.UniqueAddress)!));
        }
    }
}

/// <summary>Faults planted in what is tested, to see that the rules catch them.</summary>
internal enum MembershipBug
{
    None = 0,

    /// <summary>Nobody tells two clusters apart of each other.</summary>
    DeafHealer = 1,

    /// <summary>The first node's downing believes that its side always goes on.</summary>
    BothSidesLive = 2,

    /// <summary>Nobody founds in the first seed's place.</summary>
    LostFounder = 3,
}
