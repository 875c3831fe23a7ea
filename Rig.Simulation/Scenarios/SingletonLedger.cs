using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>Which singletons live where, kept outside of all machines.</summary>
internal sealed class SingletonLedger(SimulatedWorld world)
{
    private readonly List<(SimulatedProcess Process, TimeSpan Since)> live = [];

    public int Starts { get; private set; }

    /// <summary>Of processes that are alive; a paused one counts.</summary>
    public IEnumerable<(SimulatedMachine Machine, TimeSpan Since)> Live =>
        live.Where(one => one.Process.IsAlive).Select(one => (one.Process.Machine, one.Since));

    public void Started(SimulatedProcess process)
    {
        Starts++;
        live.Add((process, world.Elapsed));
        world.Trace.Note(process.Machine, "hosts the singleton");
    }

    public void Stopped(SimulatedProcess process)
    {
        live.RemoveAt(live.FindIndex(one => one.Process == process));
        world.Trace.Note(process.Machine, "ends the singleton");
    }
}

internal sealed class LedgerSingleton : ReceiveActor
{
    private readonly SingletonLedger ledger;
    private readonly SimulatedProcess process;

    public LedgerSingleton(SingletonLedger ledger, SimulatedProcess process) => (this.ledger, this.process) = (ledger, process);

    public static Props PropsOf(SingletonLedger ledger, SimulatedProcess process) => Props.Create(() => new LedgerSingleton(ledger, process));

    protected override void PreStart() => ledger.Started(process);

    protected override void PostStop() => ledger.Stopped(process);
}
