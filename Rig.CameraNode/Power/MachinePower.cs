using System.Diagnostics;
using Microsoft.Extensions.Options;
using Rig.Media.Processes;

namespace Rig.CameraNode.Power;

/// <summary>Switches the machine off or starts it again.</summary>
internal interface IMachinePower
{
    /// <summary>Null where that is possible, else the reason why not.</summary>
    string? Refusal { get; }

    void PowerOff();

    void Reboot();
}

/// <summary>Configuration section <c>Rig:Power</c>.</summary>
internal sealed class PowerOptions
{
    internal const string Section = "Rig:Power";

    /// <summary>Lets the routes <c>/shutdown</c> and <c>/reboot</c> act on the machine. The installer sets it on a camera box.</summary>
    public bool AllowShutdown { get; set; }

    public string[] PowerOffCommand { get; set; } = [];

    public string[] RebootCommand { get; set; } = [];
}

/// <summary>Through systemd, which unmounts the disks after the services have stopped.</summary>
internal sealed class MachinePower(IOptionsMonitor<PowerOptions> options, ILogger<MachinePower> logger) : IMachinePower
{
    private static readonly string[] PowerOffDefault = ["systemctl", "poweroff"];
    private static readonly string[] RebootDefault = ["systemctl", "reboot"];

    public string? Refusal => options.CurrentValue.AllowShutdown ? null : $"This machine may not be switched off over the network. Set {PowerOptions.Section}:AllowShutdown on it.";

    public void PowerOff() => Run(options.CurrentValue.PowerOffCommand is { Length: > 0 } own ? own : PowerOffDefault);

    public void Reboot() => Run(options.CurrentValue.RebootCommand is { Length: > 0 } own ? own : RebootDefault);

    private void Run(string[] command)
    {
        logger.LogWarning("Running {Command}", string.Join(' ', command));
        try
        {
            using var started = ChildProcess.Start(new ProcessStartInfo(command[0], command[1..]));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            logger.LogError(e, "{Command} could not be run", command[0]);
        }
    }
}
