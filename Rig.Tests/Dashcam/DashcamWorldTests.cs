using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Staging;
using Rig.Rehearsal.Dashcam;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Dashcam;

/// <summary>
/// The program itself against a camera at a fake hub: a FAT volume on a loop device, really mounted; rsync over a real sshd; a fake uhubctl and a fake UPS
/// which write down every call.
/// </summary>
public sealed class DashcamWorldTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TempFolder folder = new("dashcam-world");
    private DashcamWorld? made;

    private DashcamWorld World => made!;

    public Task InitializeAsync()
    {
        made = DashcamWorld.Missing() is null ? new DashcamWorld(folder.Path) : null;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (made is not null)
        {
            await made.DisposeAsync();
        }

        folder.Dispose();
    }

    [Fact]
    public async Task Scenario_A_without_a_network_the_camera_records()
    {
        if (NotHere())
        {
            return;
        }

        World.Camera.RecordEvery = TimeSpan.FromMilliseconds(300);
        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => World.Camera.Recorded.Count >= 3, service.TailOf);
        Assert.DoesNotContain(World.Calls, call => call.StartsWith("mount ", StringComparison.Ordinal) || call.StartsWith("rsync ", StringComparison.Ordinal));
        Assert.Equal([false, true], World.PowerChanges.Select(change => change.On));
        Assert.Equal("record", (string?)Status()["status"]!["port"]);
    }

    [Fact]
    public async Task Scenario_B_with_the_host_in_reach_everything_is_copied_uploaded_verified_and_deleted()
    {
        if (NotHere())
        {
            return;
        }

        string[] films = [World.Camera.Film("Normal/Front/20260601_080000_F.MP4", 5_000_000), World.Camera.Film("Normal/Front/Größe 1's $HOME.MP4"), World.Camera.Film("Normal/leer.MP4")];
        World.Host.Start();
        World.WriteConfig(policy: "after_copy: off");
        Assert.Equal(0, await RunOnceAsync());
        Assert.Equal(films.Order(), World.AtHost().Order());
        Assert.True(File.Exists(Path.Combine(World.Host.Destination, "Normal/Front/Größe 1's $HOME.MP4")));
        Assert.Empty(World.Staged());
        Assert.Equal([false, true, false], World.PowerChanges.Select(change => change.On));
        Safe();
        var mount = World.Calls.Single(call => call.StartsWith("mount ", StringComparison.Ordinal));
        Assert.Contains("-o ro,", mount);
        Assert.EndsWith($"{folder.Path}/mnt/cam-67EF9CED", mount);
    }

    [Fact]
    public async Task Scenario_C_a_falling_battery_first_switches_the_camera_off_and_then_the_machine()
    {
        if (NotHere())
        {
            return;
        }

        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => World.PowerChanges is [.., { On: true }], service.TailOf);
        World.SetBattery(3.349, mains: false);
        await Eventually.HoldsAsync(() => World.PowerChanges is [_, _, { On: false }], service.TailOf);
        Assert.False(World.IsShutDown);
        World.SetBattery(3.20, mains: false);
        await Eventually.HoldsAsync(() => World.IsShutDown, service.TailOf);
        Safe();
    }

    [Fact]
    public async Task A_low_battery_in_the_middle_of_a_copy_unmounts_before_power_goes_and_the_copy_is_finished_later()
    {
        if (NotHere())
        {
            return;
        }

        var film = World.Camera.Film("Normal/Front/long.MP4", 40_000_000);
        World.Host.Start();
        await using (var service = World.StartService())
        {
            await Eventually.HoldsAsync(() => World.Mounts().Count > 0, service.TailOf, interval: TimeSpan.FromMilliseconds(2));
            World.SetBattery(3.0, mains: false);
            await Eventually.HoldsAsync(() => World.IsShutDown, service.TailOf);
        }

        Safe();
        World.SetBattery(3.6, mains: false);
        Assert.Equal(0, await RunOnceAsync());
        Assert.Equal([film], World.AtHost());
        Safe();
    }

    [Fact]
    public async Task A_battery_that_cannot_be_read_switches_the_camera_off_and_nothing_is_done()
    {
        if (NotHere())
        {
            return;
        }

        World.Host.Start();
        World.Camera.Film("Normal/a.MP4");
        World.BreakBattery();
        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => Status()["status"]?["goal"]?.ToString() == "safe" && Status()["status"]!["port"]!.ToString() == "off", service.TailOf);
        Assert.Contains("no answer on I2C", (string?)Status()["status"]!["battery_problem"]);
        Assert.Equal([false], World.PowerChanges.Select(change => change.On));

        World.SetBattery(3.6, mains: false);
        await Eventually.HoldsAsync(() => World.AtHost().Count == 1, service.TailOf);
    }

    [Theory]
    [InlineData("uhubctl", "before")]
    [InlineData("uhubctl", "after")]
    [InlineData("lifepo4wered-cli", "after")]
    [InlineData("mount", "before")]
    [InlineData("mount", "after")]
    [InlineData("umount", "before")]
    [InlineData("umount", "after")]
    [InlineData("ssh", "before")]
    [InlineData("ssh", "after")]
    [InlineData("rsync", "before")]
    [InlineData("rsync", "after")]
    public async Task A_kill_at_any_step_loses_nothing(string program, string when)
    {
        if (NotHere())
        {
            return;
        }

        string[] films = [World.Camera.Film("Normal/a.MP4", 3_000_000), World.Camera.Film("Normal/b.MP4")];
        World.Host.Start();
        World.KillCallerOf(program, when);
        Assert.NotEqual(0, await RunOnceAsync());
        Assert.False(File.Exists(folder.File("state", "kill")), "It was not killed: no call of that program.");

        await Eventually.HoldsAsync(async () => await RunOnceAsync() == 0);
        Assert.Equal(films.Order(), World.AtHost().Order());
        Assert.Empty(World.Staged());
        Safe();
    }

    [Fact]
    public async Task A_device_that_vanishes_in_the_middle_is_a_failed_copy_and_the_next_one_finishes_it()
    {
        if (NotHere())
        {
            return;
        }

        var film = World.Camera.Film("Normal/long.MP4", 30_000_000);
        var whole = File.ReadAllBytes(World.Camera.Image);
        var staging = new StagingFolder(World.Staging);
        staging.Create();
        var device = WorldTools.Run("losetup", "-f", "--show", "-r", World.Camera.Image).Trim();
        var mount = folder.File("mnt", "by hand");
        Directory.CreateDirectory(mount);
        Mount(device, mount);
        CopyReport report;
        using (var ledger = Ledger.Open(staging.LedgerPath))
        {
            var chunks = 0;
            var ports = new CopyPorts(staging, ledger, new StagingSpace(() => (1L << 40, 1L << 39), 0, 100), TimeProvider.System, step =>
            {
                if (step == CopyStep.Appended && ++chunks == 5)
                {
                    Vanish(device, mount);
                }
            });
            report = new CopyJob(ports, new CopySelection([], "oldest", 0, 0), false, _ => { }).Run(mount, default);
        }

        output.WriteLine($"{report}");
        Assert.NotNull(report.Failure);
        Assert.Empty(World.Staged());
        Assert.NotEmpty(Directory.EnumerateFiles(staging.PartsFolder, "*.part"));
        WorldTools.Run("umount", "-l", mount);
        File.WriteAllBytes(World.Camera.Image, whole);
        World.Host.Start();
        Assert.Equal(0, await RunOnceAsync());
        Assert.Equal([film], World.AtHost());
    }

    [Fact]
    public async Task A_corrupt_volume_is_left_and_the_camera_records_again()
    {
        if (NotHere())
        {
            return;
        }

        World.Camera.Film("Normal/a.MP4");
        using (var image = File.Open(World.Camera.Image, FileMode.Open))
        {
            // All of the first FAT, the second and the root folder; the header stays.
            image.Position = 32 * 512;
            image.Write(RandomNumberGenerator.GetBytes(2_000_000));
        }

        World.Host.Start();
        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => World.Calls.Any(call => call.StartsWith("mount ", StringComparison.Ordinal)), service.TailOf);
        await Eventually.HoldsAsync(() => Status()["status"]?["port"]?.ToString() == "record", service.TailOf);
        Safe();
    }

    [Fact]
    public async Task A_volume_of_noise_is_no_volume()
    {
        if (NotHere())
        {
            return;
        }

        File.WriteAllBytes(World.Camera.Image, RandomNumberGenerator.GetBytes(8 << 20));
        World.Host.Start();
        Assert.Equal(1, await RunOnceAsync());
        Assert.Contains("cannot be mounted", File.ReadAllText(folder.File("service.log")));
        Safe();
    }

    [Fact]
    public async Task A_host_up_and_no_camera_neither_spins_nor_toggles()
    {
        if (NotHere())
        {
            return;
        }

        World.Camera.PluggedIn = false;
        World.Host.Start();
        World.WriteConfig(powerChangeSeconds: 60);
        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => World.Calls.Count(call => call.StartsWith("lifepo4wered-cli", StringComparison.Ordinal)) >= 15, service.TailOf);
        Assert.InRange(World.Calls.Count(call => call.StartsWith("uhubctl", StringComparison.Ordinal)), 1, 2);
        Assert.InRange(World.PowerChanges.Count, 1, 2);
    }

    [Fact]
    public async Task A_hub_that_fails_is_not_toggled_and_the_shutdown_is_reached_all_the_same()
    {
        if (NotHere())
        {
            return;
        }

        World.Fail("uhubctl", "No compatible devices detected!");
        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => World.Calls.Any(call => call.StartsWith("uhubctl", StringComparison.Ordinal)), service.TailOf);
        World.SetBattery(3.0, mains: false);
        await Eventually.HoldsAsync(() => World.IsShutDown, service.TailOf);
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_keeps_the_footage_staged()
    {
        if (NotHere())
        {
            return;
        }

        var film = World.Camera.Film("Normal/a.MP4");
        World.Host.Start();
        World.Fail("rsync", "rsync: connection unexpectedly closed");
        World.WriteConfig(poll: "upload_retries: 1");
        Assert.Equal(1, await RunOnceAsync());
        Assert.Equal([film], World.Staged().Select(path => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))));
        await World.Host.StopAsync();
        World.Mend("rsync");
        Assert.Equal(0, await RunOnceAsync());
        Assert.Single(World.Staged());
        World.Host.Start();
        Assert.Equal(0, await RunOnceAsync());
        Assert.Equal([film], World.AtHost());
        Assert.Empty(World.Staged());
    }

    [Fact]
    public async Task A_host_with_another_key_gets_nothing()
    {
        if (NotHere())
        {
            return;
        }

        World.Camera.Film("Normal/a.MP4");
        World.Host.KnowHost("other_key");
        World.Host.Start();
        Assert.Equal(1, await RunOnceAsync());
        Assert.Empty(World.AtHost());
        Assert.Single(World.Staged());
        Assert.Contains("another host key", File.ReadAllText(folder.File("service.log")));
        Assert.Single(World.Calls, call => call.StartsWith("ssh ", StringComparison.Ordinal));

        World.Host.KnowHost("host_key");
        Assert.Equal(0, await RunOnceAsync());
        Assert.Single(World.AtHost());
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Odd_names_and_one_name_with_two_contents_come_home(string remoteHash)
    {
        if (NotHere())
        {
            return;
        }

        World.WriteConfig(upload: $"remote_hash: {remoteHash}");
        Directory.CreateDirectory(World.Staging);
        var films = new List<string>();
        foreach (var name in new[] { "two words.MP4", "line\nbreak.MP4", "'single' \"double\" `id` $HOME.MP4", "Ünïcødé 日本.MP4", "-n.MP4", "back\\slash *?.MP4" })
        {
            var bytes = RandomNumberGenerator.GetBytes(100_000);
            await File.WriteAllBytesAsync(Path.Combine(World.Staging, name), bytes);
            films.Add(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        films.Add(World.Camera.Film("Normal/MOVI0001.MP4", 200_000));
        World.Host.Start();
        Assert.Equal(0, await RunOnceAsync());
        films.Add(World.Camera.Film("Normal/MOVI0001.MP4", 200_000));
        Assert.Equal(0, await RunOnceAsync());
        Assert.Equal(films.Order(), World.AtHost().Order());
        Assert.True(File.Exists(Path.Combine(World.Host.Destination, "line\nbreak.MP4")));
        Assert.Empty(World.Staged());
    }

    [Fact]
    public async Task Limits_of_the_command_line_copy_so_much_and_no_more()
    {
        if (NotHere())
        {
            return;
        }

        for (var i = 0; i < 4; i++)
        {
            World.Camera.Film($"Normal/{i}.MP4", 100_000);
        }

        World.Host.Start();
        Assert.Equal(0, await RunOnceAsync("--limit-files", "3"));
        Assert.Equal(3, World.AtHost().Count);
    }

    [Fact]
    public async Task SIGTERM_in_the_middle_of_a_copy_unmounts_and_leaves_the_camera_safe()
    {
        if (NotHere())
        {
            return;
        }

        World.Camera.Film("Normal/long.MP4", 40_000_000);
        World.Host.Start();
        var service = World.StartService();
        await Eventually.HoldsAsync(() => World.Mounts().Count > 0, service.TailOf, interval: TimeSpan.FromMilliseconds(2));
        await service.DisposeAsync();
        Assert.Empty(World.Mounts());
        Assert.False(World.PowerChanges[^1].On);
        Safe();
    }

    [Fact]
    public async Task A_second_one_is_refused_and_status_sees_the_first()
    {
        if (NotHere())
        {
            return;
        }

        Assert.False((bool)Status()["running"]!);
        await using var service = World.StartService();
        await Eventually.HoldsAsync(() => (bool)Status()["running"]! && Status()["status"] is not null, service.TailOf);
        Assert.Equal(2, await RunOnceAsync());
        Assert.Contains("Another dashcam manager", File.ReadAllText(folder.File("service.log")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dry_run_executes_nothing_and_prints_the_sequence(bool once)
    {
        if (NotHere())
        {
            return;
        }

        World.Host.Start();
        await using var service = World.StartService("dry", once ? ["--dry-run", "--once"] : ["--dry-run"]);
        await Eventually.HoldsAsync(() => once ? service.HasExited : service.TailOf().Contains("would delete", StringComparison.Ordinal), service.TailOf);
        var would = File.ReadAllLines(service.LogFile).Where(line => line.StartsWith("would ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.Subset(would.ToHashSet(), new HashSet<string> { "uhubctl", "lifepo4wered-cli", "mount", "umount", "rsync" });
        Assert.Empty(World.Calls);
        Assert.Empty(World.PowerChanges);
        Assert.False(Directory.Exists(World.Staging));
        Assert.Equal("1", File.ReadAllText(folder.File("sys/devices/usb1/1-1/authorized")).Trim());
    }

    private static void Mount(string device, string path)
    {
        try
        {
            WorldTools.Run("mount", "-t", "vfat", "-o", "ro", device, path);
        }
        catch (DemoException)
        {
            WorldTools.Run("fusefat", "-o", "ro", device, path);
        }
    }

    /// <summary>The card is pulled out: what lies behind the loop device is gone, and with it the FUSE program where that mounts it.</summary>
    private void Vanish(string device, string mount)
    {
        using (var image = File.Open(World.Camera.Image, FileMode.Open))
        {
            image.SetLength(0);
        }

        WorldTools.Run("blockdev", "--flushbufs", device);
        foreach (var process in System.Diagnostics.Process.GetProcessesByName("fusefat"))
        {
            using (process)
            {
                if (File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(mount, StringComparison.Ordinal))
                {
                    process.Kill();
                }
            }
        }
    }

    private bool NotHere([System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        if (DashcamWorld.Missing() is not { } missing)
        {
            return false;
        }

        NotRun.Say(output, missing, test: test);
        return true;
    }

    private async Task<int> RunOnceAsync(params string[] more)
    {
        await using var service = World.StartService("once", ["--once", .. more]);
        await Eventually.HoldsAsync(() => service.HasExited, service.TailOf);
        output.WriteLine(service.TailOf());
        return service.LastExitCode!.Value;
    }

    private JsonNode Status()
    {
        var start = new System.Diagnostics.ProcessStartInfo(Programs.Find("rig-node"), ["dashcam", "status", "--json", "--config", World.ConfigPath]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        return JsonNode.Parse(process.StandardOutput.ReadToEnd())!;
    }

    /// <summary>Nothing is mounted, and power was never cut from what was.</summary>
    private void Safe()
    {
        Assert.Empty(World.Mounts());
        Assert.All(World.PowerChanges, change => Assert.True(change.On || change.Mounted == 0, "Power was cut while the volume was mounted."));
    }
}

internal static class ServiceLog
{
    /// <summary>The end of what it said, for a failure.</summary>
    internal static string TailOf(this DemoProcess service) => service.Tail(60);
}
