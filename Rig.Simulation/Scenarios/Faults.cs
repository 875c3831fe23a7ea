using Rig.Simulation.World;
using Rig.Simulation.World.Network;

namespace Rig.Simulation.Scenarios;

/// <summary>What can happen to a few machines and their network; drawn by chance, and taken back after a while.</summary>
internal sealed class Faults(SimulatedWorld world, IReadOnlyList<ClusterNode> nodes, Action changed)
{
    // Those that are off or on their way there; one that is killed while it leaves stands here twice.
    private readonly List<ClusterNode> down = [];

    /// <summary>Most machines that may be off at once.</summary>
    public int MaxDown { get; init; } = 2;

    /// <summary>Something happens now and is over after about that long.</summary>
    public void Strike(TimeSpan duration)
    {
        var node = world.Pick(nodes);
        var other = world.Pick(nodes.Where(one => one != node).ToList());
        switch (world.Pick(11))
        {
            case 0 or 1:
                world.Network.Partition([node.Machine], nodes.Where(one => one != node).Select(one => one.Machine).ToList());
                Later(duration, world.Network.Heal);
                break;
            case 2:
                world.Network.CutOneWay(node.Machine, other.Machine);
                Later(duration, world.Network.Heal);
                break;
            case 3:
                world.Network.Partition([node.Machine], [other.Machine]);
                Later(duration, world.Network.Heal);
                break;
            case 4 or 5 when CanFall(node):
                node.Kill();
                ComeBack(node, duration);
                break;
            case 6 when CanFall(node):
                node.CutPower();
                ComeBack(node, duration);
                break;
            case 7 when CanFall(node):
                node.Leave();
                ComeBack(node, duration + TimeSpan.FromSeconds(5));
                break;
            case 8:
                Pause(node, duration);
                break;
            case 9:
                world.Network.BreakConnections(node.Machine, other.Machine);
                break;
            default:
                Slow(node, other, duration);
                break;
        }

        changed();
    }

    public void Pause(ClusterNode node, TimeSpan duration)
    {
        if (node.Machine.Process is not { IsPaused: false } process)
        {
            return;
        }

        node.Machine.Pause();
        Later(duration, () =>
        {
            if (node.Machine.Process == process)
            {
                node.Machine.Resume();
            }
        });
        changed();
    }

    /// <summary>Everything is whole again; machines that are off come back within a second.</summary>
    public void HealAll()
    {
        world.Network.Heal();
        world.Network.Conditions = new LinkConditions();
        foreach (var node in nodes)
        {
            if (node.Machine.Process is { IsPaused: true })
            {
                node.Machine.Resume();
            }

            foreach (var to in nodes)
            {
                world.Network.Between(node.Machine, to.Machine).Conditions = null;
            }
        }

        changed();
    }

    private bool CanFall(ClusterNode node) => node.Machine.IsRunning && down.Count < MaxDown;

    private void ComeBack(ClusterNode node, TimeSpan after)
    {
        down.Add(node);
        world.After(after, () =>
        {
            down.Remove(node);
            if (node.Machine.IsRunning)
            {
                // A leave that hangs: whoever switched it off pulls the plug.
                node.Kill();
            }

            node.Start();
            changed();
        });
    }

    private void Slow(ClusterNode node, ClusterNode other, TimeSpan duration)
    {
        world.Trace.Note(node.Machine, $"has a bad link to {other.Name}");
        var link = world.Network.Between(node.Machine, other.Machine);
        link.Conditions = new LinkConditions { Latency = TimeSpan.FromMilliseconds(world.Pick(80)), Jitter = TimeSpan.FromMilliseconds(50), Loss = 0.05, BytesPerSecond = 50_000 };
        Later(duration, () => link.Conditions = null);
    }

    private void Later(TimeSpan delay, Action action) => world.After(delay, () =>
    {
        action();
        changed();
    });
}
