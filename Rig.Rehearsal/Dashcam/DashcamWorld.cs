using System.Globalization;
using System.Security.Cryptography;
using Rig.Rehearsal.Demo;

namespace Rig.Rehearsal.Dashcam;

/// <summary>
/// What a dashcam manager meets, on this machine: a camera at a fake hub, a UPS that follows a script, a host on loopback. The programs that the service
/// calls are fakes which write down every call; what they stand for is real where it can be: loop device, mount, rsync, ssh.
/// </summary>
internal sealed class DashcamWorld : IAsyncDisposable
{
    private static readonly string[] Fakes = ["uhubctl", "lifepo4wered-cli", "mount", "umount", "shutdown", "systemctl", "rsync", "ssh"];

    /// <param name="root">An empty folder.</param>
    internal DashcamWorld(string root, int cardMegabytes = 64)
    {
        Root = root;
        Directory.CreateDirectory(Path.Combine(root, "mnt"));
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        Directory.CreateDirectory(Path.Combine(root, "host"));
        Directory.CreateDirectory(Path.Combine(root, "logs"));
        var fake = Path.Combine(AppContext.BaseDirectory, "fakes/fake.sh");
        foreach (var name in Fakes)
        {
            var path = Path.Combine(root, "bin", name);
            File.Copy(fake, path);
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        Camera = new FakeCamera(root, cardMegabytes);
        Host = new LoopbackHost(Path.Combine(root, "host"));
        SetBattery(3.60, mains: false);
        WriteConfig();
    }

    internal string Root { get; }

    internal FakeCamera Camera { get; }

    internal LoopbackHost Host { get; }

    internal string ConfigPath => Path.Combine(Root, "config.yaml");

    internal string Staging => Path.Combine(Root, "staging");

    internal bool IsShutDown => File.Exists(State("shutdown"));

    /// <summary>Volumes that were mounted when the shutdown was ordered.</summary>
    internal int MountedAtShutdown => int.Parse(File.ReadAllText(State("shutdown")), CultureInfo.InvariantCulture);

    /// <summary>One line a call: program and arguments.</summary>
    internal IReadOnlyList<string> Calls => Lines("calls.log");

    /// <summary>Changes of the camera's power. A cut with a mounted volume is what must never be.</summary>
    internal IReadOnlyList<(long AtMs, bool On, int Mounted)> PowerChanges => [.. LinesWithTime("power.log")
        .Select(line => (line.AtMs, Words: line.Text.Split(' ')))
        .Where(line => line.Words[1] != line.Words[2])
        .Select(line => (line.AtMs, line.Words[2] == "1", int.Parse(line.Words[3]["mounted=".Length..], CultureInfo.InvariantCulture)))];

    internal Dictionary<string, string> Environment => new()
    {
        ["DASHCAM_WORLD"] = Root,
        ["PATH"] = Path.Combine(Root, "bin") + ":" + System.Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin",
    };

    /// <summary>Why such a world cannot be made here; null where it can.</summary>
    internal static string? Missing()
    {
        if (System.Environment.UserName != "root")
        {
            return "loop devices and mounts take root";
        }

        return new[] { "rsync", "ssh", "sshd", "mkfs.vfat", "mcopy", "losetup" }.FirstOrDefault(program => !WorldTools.Has(program)) is { } missing ? $"{missing} is missing (scripts/setup.sh --tests)"
            : !File.Exists("/dev/loop-control") ? "this machine has no loop devices"
            : !File.ReadAllText("/proc/filesystems").Split('\n').Any(line => line.EndsWith("\tvfat", StringComparison.Ordinal)) && !WorldTools.Has("fusefat") ? "neither the kernel nor FUSE mounts vfat here"
            : null;
    }

    /// <summary>By keys of the configuration; each line goes under its section.</summary>
    internal void WriteConfig(string more = "", string camera = "", string upload = "", string poll = "", string thresholds = "", string policy = "", string paths = "", double powerChangeSeconds = 0)
    {
        File.WriteAllText(ConfigPath, string.Create(CultureInfo.InvariantCulture, $$"""
            upload: { host: 127.0.0.1, user: root, port: {{Host.Port}}, dest_path: "{{Host.Destination}}", ssh_key: "{{Host.Key}}", known_hosts: "{{Host.KnownHosts}}", retry_delay_seconds: 0.1{{Comma(upload)}} }
            camera: { mount_base: "{{Root}}/mnt/cam"{{Comma(camera)}} }
            paths: { local_staging: "{{Staging}}", log_path: "{{Root}}/service.log", min_free_bytes: 1000000, max_used_percent: 100{{Comma(paths)}} }
            poll: { interval_seconds: 0.2, mount_timeout_seconds: 10, disconnect_wait_seconds: 0.1, copy_interval_seconds: 1{{Comma(poll)}} }
            thresholds: { hysteresis_percent: 3{{Comma(thresholds)}} }
            policy: { {{policy}} }
            rehearsal: { sys_root: "{{Root}}/sys", device_root: "{{Root}}/dev", power_change_seconds: {{powerChangeSeconds}} }
            {{more}}

            """));
        File.SetUnixFileMode(ConfigPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    internal void SetBattery(double volts, bool mains) => Replace(State("battery"), string.Create(
        CultureInfo.InvariantCulture, $"VIN = {(mains ? 5020 : 12)}\nVBAT = {Math.Round(volts * 1000)}\nVOUT = 4997\nIOUT = 300\nVBAT_BOOT = 3150\nVIN_THRESHOLD = 4498\nPI_RUNNING = 1\n"));

    internal void BreakBattery() => File.Delete(State("battery"));

    internal void Fail(string program, string says) => File.WriteAllText(State("fail-" + program), says + "\n");

    internal void Mend(string program) => File.Delete(State("fail-" + program));

    /// <param name="when">before or after.</param>
    internal void KillCallerOf(string program, string when) => File.WriteAllText(State("kill"), $"{program} {when}\n");

    /// <summary>Films at the host by SHA-256; half ones too.</summary>
    internal IReadOnlyList<string> AtHost() => [.. Directory.EnumerateFiles(Host.Destination, "*", SearchOption.AllDirectories).Select(file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))))];

    internal IReadOnlyList<string> Staged() => Directory.Exists(Staging)
        ? [.. Directory.EnumerateFiles(Staging, "*", SearchOption.AllDirectories).Where(file => !Path.GetRelativePath(Staging, file).StartsWith(".rig", StringComparison.Ordinal))]
        : [];

    internal static IReadOnlyList<string> MountsBelow(string folder) => [.. File.ReadAllLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal))];

    internal IReadOnlyList<string> Mounts() => MountsBelow(Root);

    internal DemoProcess StartService(string name = "dashcam", params IReadOnlyList<string> arguments) =>
        DemoProcess.Start(name, "rig-node", ["dashcam", "--config", ConfigPath, .. arguments], Environment, Root);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        foreach (var mount in Mounts())
        {
            WorldTools.Run("umount", "-l", mount);
        }

        Camera.Dispose();
    }

    private static string Comma(string more) => more.Length > 0 ? ", " + more : "";

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private string State(string name) => Path.Combine(Root, "state", name);

    private IReadOnlyList<string> Lines(string log) => [.. LinesWithTime(log).Select(line => line.Text)];

    private IEnumerable<(long AtMs, string Text)> LinesWithTime(string log) => File.Exists(Path.Combine(Root, log))
        ? File.ReadAllLines(Path.Combine(Root, log)).Where(line => line.Length > 0).Select(line => line.Split(' ', 2)).Select(parts => (long.Parse(parts[0], CultureInfo.InvariantCulture), parts.ElementAtOrDefault(1) ?? ""))
        : [];
}
