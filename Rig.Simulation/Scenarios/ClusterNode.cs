using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// A machine with a process that keeps one clustered actor system running, as ClusterHost does: when the system ends, a new one is
/// made after a pause that grows from 1 s to 15 s.
/// </summary>
internal sealed class ClusterNode(SimulatedMachine machine, Func<SimulatedProcess, Task<ActorSystem>> create)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    public SimulatedMachine Machine => machine;

    public string Name => machine.Name;

    /// <summary>The system of now; null between two, and on a machine that is down.</summary>
    public ActorSystem? System { get; private set; }

    /// <summary>The incarnation that takes part in the cluster now; only while there is a system.</summary>
    public UniqueAddress Self => Cluster!.SelfUniqueAddress;

    public bool IsUp => Cluster is { SelfMember.Status: MemberStatus.Up };

    /// <summary>Of the system of now, unless it is shutting down; null while there is none.</summary>
    public Cluster? Cluster => machine.IsRunning && System is { WhenTerminated.IsCompleted: false } system && Akka.Cluster.Cluster.Get(system) is { IsTerminated: false } cluster ? cluster : null;

    /// <summary>What the process does beside, first thing.</summary>
    public Func<SimulatedProcess, Task> Boot { get; init; } = _ => Task.CompletedTask;

    public void Start() => machine.Start(process => _ = KeepAsync(process));

    public void Kill()
    {
        machine.Kill();
        System = null;
    }

    public void CutPower()
    {
        machine.CutPower();
        System = null;
    }

    /// <summary>Leaves the cluster in good order and ends the process.</summary>
    public void Leave()
    {
        if (System is not { } system || machine.Process is not { IsPaused: false } process)
        {
            return;
        }

        machine.World.Trace.Note(machine, "leaves");
        process.Run(() => _ = LeaveAsync(process, system));
    }

    private async Task LeaveAsync(SimulatedProcess process, ActorSystem system)
    {
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        if (machine.Process == process)
        {
            machine.World.After(TimeSpan.Zero, () =>
            {
                if (machine.Process == process)
                {
                    Kill();
                }
            });
        }
    }

    private async Task KeepAsync(SimulatedProcess process)
    {
        await Boot(process);
        var pause = ShortestPause;
        while (true)
        {
            var system = System = await create(process);
            await system.WhenTerminated;
            machine.World.Trace.Note(machine, "has lost its cluster system");
            System = null;
            pause = system.Uptime > Healthy ? ShortestPause : pause;
            await Task.Delay(pause, process.Time);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
