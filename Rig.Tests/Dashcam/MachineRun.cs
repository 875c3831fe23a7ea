using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.Tests.Dashcam;

/// <summary>Feeds the decision and keeps what it ordered; time moves only when told.</summary>
internal sealed class MachineRun(DecisionRules? rules = null)
{
    internal static readonly CameraDevice Device = new("/dev/sda1", "1-1.1", "1234");

    internal DecisionRules Rules { get; } = rules ?? new DecisionRules();

    internal DashcamState State { get; set; } = new();

    internal TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    internal List<DashcamEffect> Ordered { get; } = [];

    internal DashcamGoal Goal => DashcamMachine.Goal(State, Rules, Now);

    internal IReadOnlyList<DashcamEffect> Give(DashcamInput input)
    {
        (State, var effects) = DashcamMachine.Step(State, Rules, input, Now);
        Ordered.AddRange(effects);
        return effects;
    }

    internal IReadOnlyList<DashcamEffect> Pass(TimeSpan time)
    {
        Now += time;
        return Give(new DashcamInput.Tick());
    }

    /// <summary>The last order of a kind, whose completion is due.</summary>
    internal T Last<T>()
        where T : DashcamEffect => Ordered.OfType<T>().Last();

    /// <summary>Started, unmounted, switched off: as every start begins.</summary>
    internal MachineRun Begun(int pendingFiles = 0)
    {
        Give(new DashcamInput.Started(pendingFiles));
        Give(new DashcamInput.UnmountEnded(Last<DashcamEffect.Unmount>().Id, true));
        Give(new DashcamInput.PortSet(Last<DashcamEffect.SetPort>().Id, true));
        return this;
    }

    internal MachineRun Battery(double percent, bool mains = false)
    {
        Give(new DashcamInput.PowerRead(percent, mains));
        return this;
    }

    internal MachineRun Host(bool reachable)
    {
        Give(new DashcamInput.HostChecked(reachable));
        return this;
    }

    internal MachineRun PortDone(bool succeeded = true)
    {
        Give(new DashcamInput.PortSet(Last<DashcamEffect.SetPort>().Id, succeeded));
        return this;
    }

    internal MachineRun Found(bool found = true)
    {
        Give(new DashcamInput.Detected(Last<DashcamEffect.Detect>().Id, found ? Device : null));
        return this;
    }

    internal MachineRun Copied(bool succeeded = true, bool unmounted = true, int pending = 1, bool more = false, bool full = false)
    {
        Give(new DashcamInput.CopyEnded(Last<DashcamEffect.Copy>().Id, succeeded, unmounted, pending, more, full));
        return this;
    }

    internal MachineRun Uploaded(bool succeeded = true, int pending = 0)
    {
        Give(new DashcamInput.UploadEnded(Last<DashcamEffect.Upload>().Id, succeeded, pending));
        return this;
    }

    /// <summary>Recording in the field.</summary>
    internal static MachineRun Recording(DecisionRules? rules = null) => new MachineRun(rules).Begun().Battery(80).Host(false).PortDone();

    /// <summary>In the middle of a copy at home.</summary>
    internal static MachineRun Copying(DecisionRules? rules = null) => new MachineRun(rules).Begun().Battery(80).Host(true).PortDone().Found();
}
