using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// The truth about which machines can work together, which no node knows: machines that run and hear each other both ways, directly or
/// through others, form a side. Observed at each fault; remembers since when each machine has been on the larger one. A side
/// within which links are broken is no majority: which of its machines go on is then the downing strategy's choice.
/// </summary>
internal sealed class Connectivity
{
    private readonly SimulatedWorld world;
    private readonly IReadOnlyList<SimulatedMachine> machines;
    private readonly Dictionary<SimulatedMachine, TimeSpan> inMajoritySince = [];

    public Connectivity(SimulatedWorld world, IReadOnlyList<SimulatedMachine> machines)
    {
        (this.world, this.machines) = (world, machines);
        Changed();
    }

    public TimeSpan LastChange { get; private set; }

    /// <summary>Told of a machine when it is no longer on the larger side.</summary>
    public Action<SimulatedMachine> CutOff { get; init; } = _ => { };

    /// <summary>Machines of the side with more than half of all, if all of them hear each other; else empty.</summary>
    public IReadOnlySet<SimulatedMachine> Majority { get; private set; } = new HashSet<SimulatedMachine>();

    /// <summary>To be called after every fault and repair.</summary>
    public void Changed()
    {
        LastChange = world.Elapsed;
        Majority = Sides().FirstOrDefault(side => side.Count * 2 > machines.Count && side.All(one => side.All(other => one == other || Linked(one, other)))) ?? [];
        foreach (var machine in machines)
        {
            if (!Majority.Contains(machine))
            {
                if (inMajoritySince.Remove(machine))
                {
                    CutOff(machine);
                }
            }
            else
            {
                inMajoritySince.TryAdd(machine, world.Elapsed);
            }
        }
    }

    /// <summary>Whether the machine has been on the larger side for so long.</summary>
    public bool IsSettled(SimulatedMachine machine, TimeSpan atLeast) =>
        inMajoritySince.TryGetValue(machine, out var since) && world.Elapsed - since >= atLeast;

    private IEnumerable<HashSet<SimulatedMachine>> Sides()
    {
        var left = machines.Where(Works).ToHashSet();
        while (left.Count > 0)
        {
            var side = new HashSet<SimulatedMachine> { machines.First(left.Contains) };
            while (left.FirstOrDefault(machine => !side.Contains(machine) && side.Any(inside => Linked(inside, machine))) is { } next)
            {
                side.Add(next);
            }

            left.ExceptWith(side);
            yield return side;
        }
    }

    private bool Linked(SimulatedMachine one, SimulatedMachine other) =>
        !world.Network.Between(one, other).IsCut && !world.Network.Between(other, one).IsCut;

    private static bool Works(SimulatedMachine machine) => machine is { IsPowered: true, Process.IsPaused: false };
}
