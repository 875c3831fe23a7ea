using System.Globalization;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Processes;

namespace Rig.CameraNode.Dashcam.Usb;

/// <summary>
/// By uhubctl(8) and the kernel's <c>authorized</c> file, in the order of seed 004's scripts: data is 1 and power, recording 0 and power, off is no power.
/// </summary>
internal sealed class HubPort(DashcamConfig config, IProcesses processes, IMounts mounts, PowerOnLimit limit, TimeProvider time) : IUsbPort
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AppearTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly string authorized = Path.Combine(config.Rehearsal.SysRoot, "bus/usb/devices", config.Camera.HubLocation, "authorized");

    /// <summary>Null while nobody knows: before the first order, and after one that failed.</summary>
    private bool? powered;

    public async Task<PortAnswer> SetAsync(PortMode mode, CancellationToken cancellationToken)
    {
        // The decision unmounts first. This is the last place where power or data could be taken from a mounted volume.
        if (mode != PortMode.Data && mounts.Mounted() is [var mounted, ..])
        {
            return new PortAnswer($"The camera's volume is mounted at {mounted}; its port is left as it is.");
        }

        if (mode == PortMode.Off)
        {
            return new PortAnswer(await SwitchOffAsync(cancellationToken));
        }

        // Written before the power comes, so that the camera starts in the right mode; a hub that is not there yet appears with it.
        var digit = mode == PortMode.Data ? "1" : "0";
        var written = File.Exists(authorized);
        if (written && Write(digit) is { } refused)
        {
            return new PortAnswer(refused);
        }

        if (powered != true)
        {
            if (limit.Wait() is { } wait)
            {
                return new PortAnswer("The camera's power was switched not long ago.", wait);
            }

            limit.SwitchingOn();
            powered = null;
            var on = await processes.RunAsync(OnCall(config.Camera), cancellationToken);
            if (!on.Succeeded)
            {
                return new PortAnswer(on.Problem);
            }

            powered = true;
        }

        if (written)
        {
            return new PortAnswer(null);
        }

        return new PortAnswer(await AppearsAsync(cancellationToken) ? Write(digit) : $"There is no {authorized}. Is 'camera.hub_location' the hub that 'uhubctl' lists?");
    }

    internal static ProgramCall OnCall(CameraConfig camera) =>
        new("uhubctl", ["-l", camera.HubLocation, "-p", camera.PortNumber.ToString(CultureInfo.InvariantCulture), "-a", "on"], Timeout);

    /// <summary>All ports of the hub, as stop-all-ports.sh does.</summary>
    internal static ProgramCall OffCall(CameraConfig camera) => new("uhubctl", ["-l", camera.HubLocation, "-a", "off"], Timeout);

    private async Task<string?> SwitchOffAsync(CancellationToken cancellationToken)
    {
        // Some hubs keep the power on; then the data lines at least are refused.
        _ = File.Exists(authorized) ? Write("0") : null;
        var known = powered;
        powered = null;
        var off = await processes.RunAsync(OffCall(config.Camera), cancellationToken);
        if (!off.Succeeded)
        {
            return off.Problem;
        }

        powered = false;
        if (known != false)
        {
            limit.SwitchedOff();
        }

        return null;
    }

    private string? Write(string digit)
    {
        try
        {
            using var file = new FileStream(authorized, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(digit + "\n"));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{authorized} cannot be written: {e.Message}";
        }
    }

    private async Task<bool> AppearsAsync(CancellationToken cancellationToken)
    {
        var begin = time.GetTimestamp();
        while (!File.Exists(authorized))
        {
            if (time.GetElapsedTime(begin) >= AppearTimeout)
            {
                return false;
            }

            await Task.Delay(LookAgain, time, cancellationToken);
        }

        return true;
    }
}
