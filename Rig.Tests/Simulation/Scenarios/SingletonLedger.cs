using Rig.Engine.Simulation;

namespace Rig.Tests.Simulation.Scenarios;

/// <summary>Which singletons live where, kept outside of all machines.</summary>
internal sealed class SingletonLedger(SimulatedWorld world)
{
    private readonly List<SimulatedProcess> live = [];

    public int Starts { get; private set; }

    /// <summary>Of processes that are alive; a paused one counts.</summary>
    public IEnumerable<SimulatedMachine> Hosts => live.Where(process => process.IsAlive).Select(process => process.Machine);

    public void Started(SimulatedProcess process)
    {
        Starts++;
        live.Add(process);
        world.Trace.Note(process.Machine, "hosts the singleton");
    }

    public void Stopped(SimulatedProcess process)
    {
        live.Remove(process);
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
