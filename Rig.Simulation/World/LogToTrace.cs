namespace Rig.Simulation.World;

/// <summary>Writes what actors log into the readable trace, at once and without a mailbox. There in every run: looking on must not change it.</summary>
internal sealed class LogToTrace(SimulatedMachine machine, ExtendedActorSystem system) : MinimalActorRef
{
    public override ActorPath Path { get; } = system.Provider.RootPath / "trace";

    public override IActorRefProvider Provider => system.Provider;

    public static void Attach(SimulatedMachine machine, ActorSystem system) =>
        system.EventStream.Subscribe(new LogToTrace(machine, (ExtendedActorSystem)system), typeof(LogEvent));

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is LogEvent log)
        {
            machine.World.Trace.Comment(machine, $"{log.LogSource}: {log.Message}{(log.Cause is { } cause ? $" ({cause.Message})" : "")}");
        }
    }
}
