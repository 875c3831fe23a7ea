using Microsoft.Extensions.Time.Testing;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Usb;
using Rig.Tests.Support;

namespace Rig.Tests.Dashcam;

/// <summary>The camera's port on a fake sysfs and with a scripted uhubctl.</summary>
public sealed class UsbPortTests : IDisposable
{
    private readonly TempFolder folder = new("dashcam-port");
    private readonly DashcamConfig config = new();
    private readonly MountedVolumes mounts = new();
    private readonly FakeTimeProvider clock = new();
    private readonly string authorized;
    private TimeSpan sinceBoot = TimeSpan.FromMinutes(10);
    private string boot = "one";

    public UsbPortTests()
    {
        config.Rehearsal.SysRoot = folder.Path;
        Directory.CreateDirectory(folder.File("bus/usb/devices/1-1"));
        authorized = folder.File("bus/usb/devices/1-1/authorized");
        File.WriteAllText(authorized, "1\n");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_three_modes_are_the_seeds_three_scripts()
    {
        var programs = new ScriptedPrograms();
        var port = Port(programs);
        Assert.Null((await port.SetAsync(PortMode.Off, default)).Problem);
        sinceBoot += TimeSpan.FromMinutes(1);
        Assert.Null((await port.SetAsync(PortMode.Record, default)).Problem);
        Assert.Equal('0', File.ReadAllText(authorized)[0]);
        Assert.Null((await port.SetAsync(PortMode.Data, default)).Problem);
        Assert.Equal('1', File.ReadAllText(authorized)[0]);
        Assert.Equal(["uhubctl -l 1-1 -a off", "uhubctl -l 1-1 -p 1 -a on"], programs.Calls);
    }

    [Fact]
    public async Task Power_is_never_taken_from_a_mounted_volume_whoever_asks()
    {
        var programs = new ScriptedPrograms();
        mounts.Paths.Add("/mnt/cam-67EF9CED");
        foreach (var mode in new[] { PortMode.Off, PortMode.Record })
        {
            Assert.Contains("/mnt/cam-67EF9CED", (await Port(programs).SetAsync(mode, default)).Problem);
        }

        Assert.Empty(programs.Calls);
        Assert.Equal('1', File.ReadAllText(authorized)[0]);
    }

    [Fact]
    public async Task A_hub_that_fails_again_and_again_is_switched_on_once_a_minute()
    {
        var programs = new ScriptedPrograms(_ => ScriptedPrograms.Failed("No compatible devices detected"));
        var port = Port(programs);
        for (var second = 0; second < 600; second++)
        {
            _ = await port.SetAsync(PortMode.Data, default);
            sinceBoot += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(10, programs.Calls.Count);
    }

    [Fact]
    public async Task The_limit_outlives_the_process_and_not_the_machines_start()
    {
        var programs = new ScriptedPrograms();
        Assert.Null((await Port(programs).SetAsync(PortMode.Record, default)).Problem);
        sinceBoot += TimeSpan.FromSeconds(20);
        Assert.Equal(TimeSpan.FromSeconds(40), (await Port(programs).SetAsync(PortMode.Record, default)).RetryAfter);

        boot = "two";
        sinceBoot = TimeSpan.FromSeconds(5);
        Assert.Null((await Port(programs).SetAsync(PortMode.Record, default)).Problem);
        Assert.Equal(2, programs.Calls.Count);
    }

    [Fact]
    public async Task Where_the_time_cannot_be_kept_power_waits_for_as_long_as_the_limit_and_then_comes()
    {
        Directory.CreateDirectory(folder.File("power.json"));
        var programs = new ScriptedPrograms();
        var port = Port(programs);
        await Assert.ThrowsAnyAsync<Exception>(() => port.SetAsync(PortMode.Record, default));
        Assert.Empty(programs.Calls);
        sinceBoot += TimeSpan.FromSeconds(60);
        Assert.Null((await port.SetAsync(PortMode.Record, default)).Problem);
        Assert.Single(programs.Calls);
    }

    [Fact]
    public async Task After_a_cut_the_camera_gets_its_pause()
    {
        var port = Port(new ScriptedPrograms());
        _ = await port.SetAsync(PortMode.Off, default);
        sinceBoot += TimeSpan.FromSeconds(3);
        Assert.Equal(TimeSpan.FromSeconds(7), (await port.SetAsync(PortMode.Record, default)).RetryAfter);
    }

    [Fact]
    public async Task A_hub_whose_file_is_missing_is_a_problem_that_names_it()
    {
        File.Delete(authorized);
        var setting = Port(new ScriptedPrograms()).SetAsync(PortMode.Record, default);
        Assert.False(setting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains(authorized, (await setting).Problem);
        Assert.False(File.Exists(authorized));
    }

    [Fact]
    public async Task A_hub_that_appears_with_its_power_is_told_the_mode_then()
    {
        File.Delete(authorized);
        var setting = Port(new ScriptedPrograms()).SetAsync(PortMode.Record, default);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(setting.IsCompleted);
        File.WriteAllText(authorized, "1\n");
        await Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(200));
            return setting.IsCompleted;
        });
        Assert.Null((await setting).Problem);
        Assert.Equal('0', File.ReadAllText(authorized)[0]);
    }

    private HubPort Port(ScriptedPrograms programs) => new(
        config, programs, mounts, new PowerOnLimit(folder.File("power.json"), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10), () => sinceBoot, boot), clock);

    private sealed class MountedVolumes : IMounts
    {
        internal List<string> Paths { get; } = [];

        public Task<string> MountAsync(CameraDevice device, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IReadOnlyList<string> Mounted() => Paths;

        public Task<IReadOnlyList<string>> UnmountAllAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
