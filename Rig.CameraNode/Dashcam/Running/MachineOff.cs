using Rig.CameraNode.Dashcam.Processes;

namespace Rig.CameraNode.Dashcam.Running;

/// <summary>Shuts this machine down.</summary>
internal interface IMachineOff
{
    /// <returns>Null: it was ordered. Else why not.</returns>
    Task<string?> ShutDownAsync(CancellationToken cancellationToken);
}

/// <summary>By shutdown(8); where that fails, by systemd.</summary>
internal sealed class MachineOff(IProcesses processes) : IMachineOff
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public async Task<string?> ShutDownAsync(CancellationToken cancellationToken)
    {
        var first = await processes.RunAsync(new ProgramCall("shutdown", ["-h", "now"], Timeout), cancellationToken);
        if (first.Succeeded)
        {
            return null;
        }

        var second = await processes.RunAsync(new ProgramCall("systemctl", ["poweroff"], Timeout), cancellationToken);
        return second.Succeeded ? null : $"{first.Problem}; {second.Problem}";
    }
}
