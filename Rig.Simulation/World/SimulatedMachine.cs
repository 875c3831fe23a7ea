using Rig.Simulation.World.Network;

namespace Rig.Simulation.World;

/// <summary>A computer: a name on the network, a clock of its own, a disk, and at most one process.</summary>
internal sealed class SimulatedMachine
{
    private readonly Dictionary<int, SimulatedTransport> listeners = [];

    internal SimulatedMachine(SimulatedWorld world, string name)
    {
        World = world;
        Name = name;
        Clock = new SimulatedClock(world);
        Disk = new SimulatedDisk(this);
    }

    public SimulatedWorld World { get; }

    public string Name { get; }

    public SimulatedClock Clock { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>False between a power cut and the next start.</summary>
    public bool IsPowered { get; private set; } = true;

    /// <summary>The running process; null when there is none.</summary>
    public SimulatedProcess? Process { get; private set; }

    public bool IsRunning => Process is not null;

    /// <summary>Starts a program, with the power if it was off.</summary>
    /// <param name="main">What the process does first.</param>
    public SimulatedProcess Start(Action<SimulatedProcess> main)
    {
        if (Process is not null)
        {
            throw new InvalidOperationException($"{Name} runs a process already.");
        }

        IsPowered = true;
        var process = Process = new SimulatedProcess(this);
        World.Trace.Note(this, "starts");
        process.Run(() => main(process));
        return process;
    }

    /// <summary>As <c>kill -9</c>: no actor of the process runs any more, the operating system closes its connections, its files are as it left them.</summary>
    public void Kill()
    {
        if (Process is not { } process)
        {
            return;
        }

        World.Trace.Note(this, "is killed");
        End(process);
        World.Network.CloseAll(process);
    }

    /// <summary>Everything stops without a word to anyone, and the disk keeps what was flushed and, by chance, some of what was not.</summary>
    public void CutPower()
    {
        World.Trace.Note(this, "loses power");
        IsPowered = false;
        if (Process is { } process)
        {
            End(process);
            World.Network.ForgetAll(process);
        }

        Disk.CutPower();
    }

    /// <summary>As SIGSTOP: the operating system goes on accepting connections and data.</summary>
    public void Pause()
    {
        World.Trace.Note(this, "stands still");
        Process?.Pause();
    }

    /// <summary>As SIGCONT.</summary>
    public void Resume()
    {
        World.Trace.Note(this, "goes on");
        Process?.Resume();
    }

    public override string ToString() => Name;

    internal void Listen(int port, SimulatedTransport transport)
    {
        if (!listeners.TryAdd(port, transport))
        {
            throw new IOException($"{Name}:{port} is taken.");
        }
    }

    internal void StopListening(int port, SimulatedTransport transport)
    {
        if (listeners.GetValueOrDefault(port) == transport)
        {
            listeners.Remove(port);
        }
    }

    internal SimulatedTransport? ListenerOn(int port) => listeners.GetValueOrDefault(port);

    private void End(SimulatedProcess process)
    {
        process.Kill();
        listeners.Clear();
        Process = null;
    }
}
