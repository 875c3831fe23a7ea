using Rig.Engine.Simulation;
using Rig.Tests.Simulation.Scenarios;

namespace Rig.Tests.Simulation;

/// <summary>Runs of the sets that once broke a rule, told step by step so that they outlive a change of what a seed stands for.</summary>
public sealed class PartitionTests
{
    private const int Port = 2552;

    // The last may found a cluster, and the first has the lowest address.
    private static readonly string[] Hosts = ["a", "b", "founder"];

    private static readonly Config Base = ConfigurationFactory.ParseString(
        $$"""
        akka {
          loggers = []
          loglevel = OFF
          actor.provider = cluster
          cluster.seed-nodes = [{{string.Join(", ", Hosts.Reverse().Select(host => $"\"akka.tcp://rig@{host}:{Port}\""))}}]
        }
        """);

    /// <summary>
    /// One is taken in by a member that stands still before it can say so. The other member declares that one dead and takes the newcomer in.
    /// When the first goes on, it counts the newcomer among its own.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_node_that_took_another_in_and_stood_still_before_it_could_say_so_finds_the_cluster_of_that_one(int seed)
    {
        // Downed by hand: one that only joins has no say in downing.
        var (world, nodes) = Form(seed, "akka.cluster.downing-provider-class = \"\"");
        var (still, other, newcomer) = (nodes[0], nodes[1], nodes[2]);

        var before = newcomer.Self.Address;
        newcomer.CutPower();
        Down(other, before);
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(15), () => SeesUp(still, 2) && SeesUp(other, 2)));
        // Only the one that will stand still may take it in, and what it answers is lost.
        world.Network.Partition([newcomer.Machine], [other.Machine]);
        newcomer.Start();
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(15), () => Holds(still, newcomer)));
        still.Machine.Pause();
        world.Network.BreakConnections(still.Machine, newcomer.Machine);
        world.Network.Heal();
        Down(other, still.Self.Address);
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(30), () => SeesUp(newcomer, 2) && SeesUp(other, 2)));

        Assert.Contains(newcomer.Self, Members(still).Keys);
        still.Machine.Resume();
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(20), () => nodes.All(node => SeesUp(node, 3))), "Two clusters went on side by side.");
    }

    /// <summary>One of two that are cut off from a third notices it more than the stable time before the other, whose link had been bad.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_cut_that_one_of_the_majority_notices_late_ends_the_node_that_is_cut_off(int seed)
    {
        var (world, nodes) = Form(seed);
        var before = nodes.Select(node => node.Self).ToList();

        world.Network.Partition([nodes[0].Machine], [nodes[1].Machine]);
        world.RunFor(TimeSpan.FromSeconds(1.2));
        world.Network.Partition([nodes[0].Machine], [nodes[2].Machine]);
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(8), () => SeesUp(nodes[1], 2) && SeesUp(nodes[2], 2)));
        Assert.Equal(before[1..], [nodes[1].Self, nodes[2].Self]);
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(3), () => !nodes[0].IsUp), "The node that is cut off goes on.");
    }

    /// <summary>A machine that stands still holds all of its nodes, and a third of another machine is killed meanwhile.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Two_that_stood_still_together_after_a_third_was_killed_go_on_together(int seed)
    {
        for (var sinceKillMs = 0; sinceKillMs <= 1500; sinceKillMs += 50)
        {
            var (world, nodes) = Form(seed);
            var before = nodes.Select(node => node.Self).ToList();

            nodes[0].Kill();
            world.RunFor(TimeSpan.FromMilliseconds(sinceKillMs));
            nodes.Skip(1).ToList().ForEach(node => node.Machine.Pause());
            world.RunFor(TimeSpan.FromSeconds(2.5));
            nodes.Skip(1).ToList().ForEach(node => node.Machine.Resume());
            Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(8), () => SeesUp(nodes[1], 2) && SeesUp(nodes[2], 2)), $"after {sinceKillMs} ms");
            Assert.Equal(before[1..], [nodes[1].Self, nodes[2].Self]);
        }
    }

    /// <summary>The time in which nobody looked does not count as time in which the cut stood.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_cut_that_heals_while_all_stand_still_ends_nobody(int seed)
    {
        var (world, nodes) = Form(seed);
        var before = nodes.Select(node => node.Self).ToList();
        world.RunFor(TimeSpan.FromSeconds(3));

        world.Network.Partition([nodes[0].Machine], [nodes[1].Machine, nodes[2].Machine]);
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(5), () => nodes.All(node => Cluster.Get(node.System!).State.Unreachable.Count == (node == nodes[0] ? 2 : 1))));
        nodes.ForEach(node => node.Machine.Pause());
        world.Network.Heal();
        world.RunFor(TimeSpan.FromSeconds(2.5));
        nodes.ForEach(node => node.Machine.Resume());
        world.RunFor(TimeSpan.FromSeconds(8));

        Assert.All(nodes, node => Assert.True(SeesUp(node, 3)));
        Assert.Equal(before, nodes.Select(node => node.Self));
    }

    /// <summary>The other of the two cannot hear of the third, which would make it the smaller side.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(1, 50)]
    [InlineData(2, 400)]
    [InlineData(3, 800)]
    public void Of_two_that_are_cut_off_one_gives_way_also_when_a_third_joins_it_meanwhile(int seed, int startsAfterMs)
    {
        var (world, nodes) = Form(seed);
        nodes[2].CutPower();
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(15), () => SeesUp(nodes[0], 2) && SeesUp(nodes[1], 2)));
        var before = nodes.Take(2).Select(node => node.Self).ToList();

        world.Network.Partition([nodes[0].Machine], [nodes[1].Machine, nodes[2].Machine]);
        world.RunFor(TimeSpan.FromMilliseconds(startsAfterMs));
        nodes[2].Start();
        world.RunFor(TimeSpan.FromSeconds(8));

        Assert.Single(before, one => nodes.Any(node => node.IsUp && node.Self == one));
    }

    /// <summary>A world in which all hosts are up in one cluster.</summary>
    private static (SimulatedWorld World, List<ClusterNode> Nodes) Form(int seed, string config = "")
    {
        var world = new SimulatedWorld(seed);
        var nodes = Hosts.Select(host => new ClusterNode(world.AddMachine(host), process => Create(process, config))).ToList();
        nodes.ForEach(node => node.Start());
        Assert.True(world.RunUntil(world.Elapsed + TimeSpan.FromSeconds(15), () => nodes.All(node => SeesUp(node, Hosts.Length))));
        return (world, nodes);
    }

    private static bool SeesUp(ClusterNode node, int members) =>
        node.IsUp && Members(node) is { } gossip && gossip.Count == members && gossip.Values.All(member => member.Status == MemberStatus.Up);

    private static bool Holds(ClusterNode node, ClusterNode joining) => node.System is not null && joining.System is not null && Members(node).ContainsKey(joining.Self);

    private static IReadOnlyDictionary<UniqueAddress, Member> Members(ClusterNode node) => Cluster.Get(node.System!).Gossip.Members;

    private static void Down(ClusterNode node, Address address) => node.Machine.Process!.Run(() => Cluster.Get(node.System!).Down(address));

    private static ActorSystem Create(SimulatedProcess process, string config) => process.CreateSystem(
        "rig",
        ConfigurationFactory.ParseString($"akka.remote.dot-netty.tcp {{ hostname = {process.Machine.Name}, port = {Port} }}\n{config}").WithFallback(Base));
}
