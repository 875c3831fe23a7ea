using System.Diagnostics;
using System.Text.Json.Nodes;
using Rig.Rehearsal.Dashcam;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Dashcam;

/// <summary>The day that <c>scripts/demo.sh --dashcam</c> plays, judged by its summary.</summary>
public sealed class DashcamDayTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_day_from_the_drive_to_the_low_battery_loses_nothing()
    {
        if (DashcamWorld.Missing() is { } missing)
        {
            NotRun.Say(output, missing);
            return;
        }

        using var folder = new TempFolder("dashcam-day");
        var start = new ProcessStartInfo(Programs.Find("rig-rehearsal"), ["dashcam", "--seconds", "30", "--exit", "--json", folder.File("day.json"), "--keep", folder.File("kept")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.WriteLine(told);
        var text = await File.ReadAllTextAsync(folder.File("day.json"));
        output.WriteLine(text);

        var day = JsonNode.Parse(text)!;
        Assert.Equal(0, process.ExitCode);
        Assert.True((bool)day["ok"]!);
        Assert.True((bool)day["unmounted_before_every_cut"]!);
        Assert.True((bool)day["shutdown_clean"]!);
        Assert.Equal(0, (int)day["files"]!["lost"]!);
        Assert.InRange((int)day["files"]!["verified"]!, 1, (int)day["files"]!["recorded"]!);
        Assert.Equal((int)day["files"]!["uploaded"]!, (int)day["files"]!["verified"]!);
        Assert.InRange((int)day["power_toggles"]!, 2, 20);
        Assert.Contains("Home: on battery, the host is in reach.", told);
    }
}
