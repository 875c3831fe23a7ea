namespace Rig.Simulation.World;

/// <summary>A piece of work that a process could do next.</summary>
/// <param name="Work">A mailbox or other work of Akka.NET's, a task of the process's scheduler, or an action.</param>
internal readonly record struct Runnable(SimulatedProcess Process, object Work)
{
    public override string ToString() => $"{Process.Machine.Name}: {Work}";
}
