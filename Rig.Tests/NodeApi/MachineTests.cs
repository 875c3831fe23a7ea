extern alias node;

using node::Rig.CameraNode.Clock;
using node::Rig.CameraNode.Power;
using Rig.Tests.Support;

namespace Rig.Tests.NodeApi;

public sealed class MachineTests
{
    [Fact]
    public void Chronys_report_is_read_and_its_sign_turned()
    {
        var tracking = ChronyTrackingOf("C0A80166,192.168.1.102,3,1732197600.123456789,0.000120000,-0.000010000,0.000250000,-1.5,0.01,0.05,0.001,0.0005,64.2,Normal");
        Assert.Equal(("192.168.1.102", 3, true), (tracking!.Reference, tracking.Stratum, tracking.Synchronised));
        Assert.Equal(-0.12, tracking.SystemOffsetMs, 6);
        Assert.Equal(0.25, tracking.RmsOffsetMs, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("506 Cannot talk to daemon")]
    [InlineData("a,b,c,d,e,f,g,h,i,j,k,l,m,n")]
    public void Anything_else_is_no_report(string line) => Assert.Null(ChronyTrackingOf(line));

    [Fact]
    public async Task A_machine_without_chrony_has_no_report() =>
        Assert.Null(await new Chronyc("no-such-program-here").ReadAsync(CancellationToken.None));

    [Fact]
    public void Sensors_are_read_from_the_kernels_files()
    {
        using var root = new TempFolder();
        Write(root, "48750\n", "sys", "class", "thermal", "thermal_zone0", "temp");
        Write(root, "61000\n", "sys", "class", "thermal", "thermal_zone1", "temp");
        Write(root, "Battery\n", "sys", "class", "power_supply", "BAT0", "type");
        Write(root, "17\n", "sys", "class", "power_supply", "BAT0", "capacity");
        Write(root, "Discharging\n", "sys", "class", "power_supply", "BAT0", "status");
        Write(root, "MemTotal:        8000000 kB\nMemFree: 1 kB\nMemAvailable:    2000000 kB\n", "proc", "meminfo");
        Write(root, "cpu  100 0 100 800 0 0 0 0 0 0\n", "proc", "stat");
        var reading = new LinuxSensors(TimeProvider.System, root.Path).Read();
        Assert.Equal((61.0, 17.0, false, 75.0, 20.0), (reading.TemperatureC, reading.Battery!.Percent, reading.Battery.PowerPlugged, reading.MemoryPercent, reading.CpuPercent));
    }

    [Fact]
    public void A_mouse_is_no_battery_and_an_empty_machine_no_error()
    {
        using var root = new TempFolder();
        Assert.Null(new LinuxSensors(TimeProvider.System, root.Path).Read().Battery);
        Write(root, "Battery\n", "sys", "class", "power_supply", "hidpp_battery_0", "type");
        Write(root, "Device\n", "sys", "class", "power_supply", "hidpp_battery_0", "scope");
        Write(root, "5\n", "sys", "class", "power_supply", "hidpp_battery_0", "capacity");
        var reading = new LinuxSensors(TimeProvider.System, root.Path).Read();
        Assert.Null(reading.Battery);
        Assert.Null(reading.TemperatureC);
    }

    private static Rig.Actors.Timing.ChronyTracking? ChronyTrackingOf(string line) => Chronyc.Parse(line);

    private static void Write(TempFolder root, string text, params string[] parts)
    {
        var path = root.File(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
