using System.Runtime.InteropServices;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Processes;

namespace Rig.CameraNode.Dashcam.Running;

/// <param name="Stops">Without it nothing can be done safely; else only uploads wait for it.</param>
/// <param name="Problem">With how to mend it.</param>
internal sealed record PreflightFinding(bool Stops, string Problem);

/// <summary>Looks for what the service needs, before it does anything.</summary>
internal static partial class Preflight
{
    private const UnixFileMode OfOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    internal static IReadOnlyList<PreflightFinding> Look(DashcamConfig config, string configPath, IPowerSource power, IProcesses processes)
    {
        var findings = new List<PreflightFinding>();
        void Program(string name, string how, bool stops)
        {
            if (processes.Find(name) is null)
            {
                findings.Add(new(stops, $"{name} is missing. {how}"));
            }
        }

        Program("uhubctl", "apt-get install uhubctl", stops: true);
        if (power.Program is { } reader)
        {
            Program(reader, HowToGet(reader), stops: true);
        }

        Program("mount", "apt-get install mount", stops: true);
        Program("umount", "apt-get install mount", stops: true);
        if (processes.Find("shutdown") is null && processes.Find("systemctl") is null)
        {
            findings.Add(new(true, "Neither shutdown nor systemctl is there. apt-get install systemd-sysv"));
        }

        if (config.Upload.Method == "rsync")
        {
            Program("rsync", "apt-get install rsync", stops: false);
            Program("ssh", "apt-get install openssh-client", stops: false);
            findings.AddRange(Key(config.Upload).Select(problem => new PreflightFinding(false, problem)));
        }

        var hub = Path.Combine(config.Rehearsal.SysRoot, "bus/usb/devices", config.Camera.HubLocation);
        if (!Directory.Exists(hub))
        {
            findings.Add(new(false, $"There is no USB hub {config.Camera.HubLocation} now ({hub}). 'uhubctl' lists hubs; name yours in camera.hub_location."));
        }

        findings.AddRange(Mode(configPath));
        return findings;
    }

    private static string HowToGet(string program) => Path.GetFileName(program) switch
    {
        "lifepo4wered-cli" => "Build it from https://github.com/xorbit/LiFePO4wered-Pi, or set power.source to what this machine has.",
        "upsc" => "apt-get install nut-client",
        "battery-info.sh" => "scripts/install-dashcam.sh installs it; power.battery_info names it.",
        _ => "power.battery_info names it.",
    };

    private static IEnumerable<string> Key(UploadConfig upload)
    {
        if (!File.Exists(upload.SshKey))
        {
            yield return $"There is no SSH key {upload.SshKey}. ssh-keygen -t ed25519 -N '' -f {upload.SshKey}, then add {upload.SshKey}.pub to {upload.User}'s authorized_keys on {upload.Host}.";
        }
        else if ((File.GetUnixFileMode(upload.SshKey) & OfOthers) != 0)
        {
            yield return $"{upload.SshKey} may be read by others, and ssh will not use it. chmod 600 {upload.SshKey}";
        }

        if (!File.Exists(upload.KnownHosts))
        {
            yield return $"There is no {upload.KnownHosts}, so no host is trusted. ssh-keyscan -p {upload.Port} {upload.Host} > {upload.KnownHosts}, and compare the key with the host's own.";
        }
    }

    private static IEnumerable<PreflightFinding> Mode(string configPath)
    {
        if (File.Exists(configPath))
        {
            var mode = File.GetUnixFileMode(configPath);
            if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            {
                yield return new(true, $"{configPath} may be changed by others, and this service runs as root. chmod 600 {configPath}");
            }
            else if ((mode & OfOthers) != 0)
            {
                yield return new(false, $"{configPath} may be read by others. chmod 600 {configPath}");
            }
        }

        if (GetEffectiveUser() != 0)
        {
            yield return new(false, "This is not root: mounting, the USB port and the shutdown need it.");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
