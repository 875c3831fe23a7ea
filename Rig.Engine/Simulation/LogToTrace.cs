using Rig.Engine.Actor;
using Rig.Engine.Event;

namespace Rig.Engine.Simulation;

/// <summary>Writes what actors log into the readable trace, at once and without a mailbox: looking on must not change the run.</summary>
internal sealed class LogToTrace(SimulatedMachine machine, ActorSystemImpl system) : MinimalActorRef
{
    public override ActorPath Path { get; } = system.Provider.RootPath / "trace";

    public override IActorRefProvider Provider => system.Provider;

    public static void Attach(SimulatedMachine machine, ActorSystem system, LogLevel level)
    {
        system.EventStream.SetLogLevel(level);
        system.EventStream.Subscribe(new LogToTrace(machine, (ActorSystemImpl)system), typeof(LogEvent));
    }

    public override void Tell(object message, IActorRef? sender)
    {
        if (message is LogEvent log)
            machine.World.Trace.Comment(machine, $"{log.LogSource}: {log.Message}{(log.Cause is { } cause ? $" ({cause.Message})" : "")}");
    }
}
