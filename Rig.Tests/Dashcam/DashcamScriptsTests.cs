using System.Diagnostics;
using System.Text.Json.Nodes;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Power;
using Rig.Tests.Support;

namespace Rig.Tests.Dashcam;

/// <summary>What lies in scripts/: the helpers, the unit, logrotate's file, the installer and the configuration to begin with.</summary>
public sealed class DashcamScriptsTests : IDisposable
{
    private readonly TempFolder folder = new("dashcam-scripts");

    public DashcamScriptsTests()
    {
        Directory.CreateDirectory(folder.File("bin"));
        Directory.CreateDirectory(folder.File("sys/bus/usb/devices/1-1"));
        File.WriteAllText(Authorized, "1\n");
        Program("uhubctl", "printf '%s\\n' \"uhubctl $*\" >> \"$CALLS\"");
    }

    public static TheoryData<string> Helpers => ["start-for-data.sh", "start-for-recording.sh", "stop-all-ports.sh", "battery-info.sh"];

    private string Authorized => folder.File("sys/bus/usb/devices/1-1/authorized");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Helpers))]
    public void Every_helper_can_be_run_and_says_with_what(string name)
    {
        var path = Checkout.File($"scripts/dashcam/{name}");
        Assert.Equal("#!/usr/bin/env bash", File.ReadLines(path).First());
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
    }

    [Theory]
    [InlineData("start-for-data.sh", "1", "uhubctl -l 1-1 -p 1 -a on")]
    [InlineData("start-for-recording.sh", "0", "uhubctl -l 1-1 -p 1 -a on")]
    [InlineData("stop-all-ports.sh", "1", "uhubctl -l 1-1 -a off")]
    public void The_helpers_do_what_the_service_does(string name, string authorized, string call)
    {
        Assert.Equal(0, Run(name).ExitCode);
        Assert.Equal(authorized, File.ReadAllText(Authorized).Trim());
        Assert.Equal([call], File.ReadAllLines(folder.File("calls")));
    }

    [Fact]
    public void A_hub_that_is_not_there_is_3_and_no_file_is_made()
    {
        File.Delete(Authorized);
        Assert.Equal(3, Run("start-for-data.sh").ExitCode);
        Assert.False(File.Exists(Authorized));
        Assert.False(File.Exists(folder.File("calls")));
    }

    [Fact]
    public void A_hub_that_cannot_be_written_is_4()
    {
        // Root may write what nobody may; a folder nobody can write to as a file.
        File.Delete(Authorized);
        Directory.CreateDirectory(Authorized);
        Assert.Equal(4, Run("start-for-recording.sh").ExitCode);
        Assert.False(File.Exists(folder.File("calls")));
    }

    [Fact]
    public void Without_the_UPSs_program_battery_info_is_2() => Assert.Equal(2, Run("battery-info.sh").ExitCode);

    [Fact]
    public void Battery_info_prints_the_predecessors_object_and_the_service_reads_it()
    {
        Program("lifepo4wered-cli", "printf 'VIN = 5020\\nVBAT = 3352\\nVOUT = 5000\\nIOUT = 400\\nPI_RUNNING = 1\\n'");
        var (exitCode, output) = Run("battery-info.sh");
        Assert.Equal(0, exitCode);
        var json = JsonNode.Parse(output)!.AsObject();
        Assert.Equal(
            ["battery_voltage", "battery_percent", "input_voltage", "output_voltage", "output_current", "output_power", "pi_running", "wake_timer_remaining", "auto_shutdown_time"],
            json.Select(member => member.Key));
        Assert.Equal((3.352, 50, 2.0), ((double)json["battery_voltage"]!, (int)json["battery_percent"]!, (double)json["output_power"]!));
        Assert.Equal(new PowerReading(50, true), BatteryInfoJson.Parse(output, 4498).Reading);
    }

    [Fact]
    public void A_UPS_that_does_not_answer_is_1_and_prints_no_object()
    {
        Program("lifepo4wered-cli", "exit 1");
        Assert.Equal((1, ""), Run("battery-info.sh"));
    }

    [Fact]
    public void The_configuration_to_begin_with_says_what_the_defaults_are()
    {
        var (config, errors) = ConfigFile.Parse(File.ReadAllText(Checkout.File("scripts/dashcam/config.yaml")));
        Assert.Empty(errors);
        Assert.Equivalent(new DashcamConfig(), config);
    }

    [Fact]
    public void The_unit_is_hardened_gives_the_service_its_time_and_says_what_it_may()
    {
        var unit = File.ReadAllLines(Checkout.File("scripts/systemd/rig-dashcam.service"));
        Assert.Superset(
            new HashSet<string> { "ProtectSystem=strict", "NoNewPrivileges=yes", "TimeoutStopSec=30", "Restart=on-failure", "RestartPreventExitStatus=2", "ProtectHome=yes", "PrivateTmp=yes" },
            unit.ToHashSet());
        Assert.Contains(unit, line => line.StartsWith("# What it calls: ", StringComparison.Ordinal));
        Assert.Contains(unit, line => line.StartsWith("# What it writes: ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_log_is_rotated_weekly_and_compressed() =>
        Assert.Superset(new HashSet<string> { "weekly", "compress" }, File.ReadAllLines(Checkout.File("scripts/dashcam/logrotate")).Select(line => line.Trim()).ToHashSet());

    [Fact]
    public void The_installer_lays_everything_down_with_narrow_rights_and_keeps_what_is_there()
    {
        Directory.CreateDirectory(folder.File("program"));
        File.WriteAllText(folder.File("program/rig-node"), "#!/bin/sh\n");
        File.SetUnixFileMode(folder.File("program/rig-node"), (UnixFileMode)0b111_101_101);
        string[] arguments = ["--root", folder.File("root"), "--program", folder.File("program"), "--host", "10.1.2.3"];
        Assert.Equal(0, Run("../install-dashcam.sh", arguments).ExitCode);
        var config = folder.File("root/etc/camera_service/config.yaml");
        Assert.Equal("10.1.2.3", ConfigFile.Load(config).Config.Upload.Host);
        foreach (var secret in new[] { "config.yaml", "id_rsa" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("root/etc/camera_service", secret)));
        }

        foreach (var path in new[] { "etc/systemd/system/rig-dashcam.service", "etc/logrotate.d/camera_service", "usr/lib/camera_service/battery-info.sh", "opt/rig-node/current/rig-node" })
        {
            Assert.True(File.Exists(folder.File("root", path)), path);
        }

        File.WriteAllText(config, "# mine\n");
        Assert.Equal(0, Run("../install-dashcam.sh", arguments).ExitCode);
        Assert.Equal("# mine\n", File.ReadAllText(config));
    }

    private void Program(string name, string does)
    {
        File.WriteAllText(folder.File("bin", name), $"#!/bin/sh\n{does}\n");
        File.SetUnixFileMode(folder.File("bin", name), (UnixFileMode)0b111_101_101);
    }

    private (int ExitCode, string Output) Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Checkout.File($"scripts/dashcam/{script}"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = folder.File("bin") + ":/usr/bin:/bin";
        start.Environment["CAMERA_SYSFS"] = folder.File("sys");
        start.Environment["CALLS"] = folder.File("calls");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
