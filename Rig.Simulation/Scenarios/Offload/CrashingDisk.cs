using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>
/// The machine's disk as one process uses it. Before each change the process may be killed or the power cut, by chance, so that
/// every order of steps is broken off at each of its steps sooner or later.
/// </summary>
internal sealed class CrashingDisk(SimulatedProcess process)
{
    /// <summary>Of one change of the disk.</summary>
    public double CrashChance { get; set; }

    public SimulatedDisk Disk { get; } = process.Machine.Disk;

    /// <exception cref="ProcessGoneException">Nothing of this process may go on.</exception>
    public void Change(Action<SimulatedDisk> change)
    {
        if (process.IsAlive && process.Machine.World.Happens(CrashChance))
        {
            if (process.Machine.World.Happens(0.5))
            {
                process.Machine.CutPower();
            }
            else
            {
                process.Machine.Kill();
            }
        }

        if (!process.IsAlive)
        {
            throw new ProcessGoneException();
        }

        change(Disk);
    }

    /// <summary>Makes the folder and those above it, each durable, and makes sure of those that are there.</summary>
    public void CreateFolder(string path)
    {
        if (path == "/")
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!;
        if (!Disk.Exists(path))
        {
            CreateFolder(parent);
            Change(disk => disk.CreateFolder(path));
        }

        Change(disk => disk.FlushFolder(parent));
    }
}

/// <summary>Unwinds what a killed process was doing.</summary>
internal sealed class ProcessGoneException() : Exception("The process has ended.");
