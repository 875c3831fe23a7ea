using System.Diagnostics;
using System.Text.Json.Nodes;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.EndToEnd;

/// <summary>The main job as a newcomer runs it, judged by the summary it writes.</summary>
[Collection(EndToEndTests.Name)]
public sealed class DemoTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder folder = new("rig-demo-test");

    [Fact]
    public async Task A_drawn_match_goes_from_three_lenses_to_the_viewer_by_itself()
    {
        var summary = await RunAsync("--seconds", "20");

        Assert.True((bool)summary["ok"]!);
        Assert.Equal($"Akka.NET {typeof(ActorSystem).Assembly.GetName().Version!.ToString(3)}", (string?)summary["engine"]);
        Assert.Equal(["CAM_L", "CAM_C", "CAM_R"], summary["cameras"]!.AsArray().Select(c => (string?)c!["camera_id"]));
        // 20 seconds at 30 a second; a busy machine hears the stop later, never earlier.
        Assert.All(summary["cameras"]!.AsArray(), camera => Assert.InRange((long)camera!["frames"]! + (long)camera["dropped_frames"]!, 590, 750));
        Assert.InRange((double)summary["start_spread_ms"]!, 0, 1000 / 30.0);
        Assert.True((bool)summary["offload"]!["all_verified"]!);
        Assert.True((bool)summary["offload"]!["all_confirmed"]!);
        Assert.InRange((double)summary["stitch"]!["seam_error_px_median"]!, 0, 1.5);
        Assert.All(summary["stitch"]!["sync_correction_ms"]!.AsObject(), sync => Assert.InRange((double)sync.Value!, -34, 34));
        var truth = summary["truth"]!;
        Assert.InRange((double)truth["player_recall"]!, 0.85, 1);
        Assert.InRange((double)truth["player_precision"]!, 0.85, 1);
        Assert.InRange((int)truth["goals_expected"]!, 1, 5);
        Assert.Equal((int)truth["goals_expected"]!, (int)truth["goals_found"]!);
        Assert.InRange((double)summary["follow"]!["ball_known"]!, 0.6, 1);
        Assert.InRange((double)summary["follow"]!["within_15m"]!, 0.8, 1);
        Assert.InRange((double)summary["follow"]!["max_pan_accel_deg_s2"]!, 0, 8);
        Assert.InRange((double)summary["tracking"]!["idf1"]!, 0.5, 1);
        Assert.InRange((int)summary["clips"]!, 1, 10);
        Assert.Equal(206, (int)summary["viewer"]!["panorama_status"]!);
        Assert.Equal(401, (int)summary["viewer"]!["anonymous_status"]!);
        Assert.Equal(["follow_1080p", "follow_720p", "follow_480p", "follow_360p"], summary["renditions"]!.AsArray().Select(one => (string?)one!["name"]).Take(4));
        Assert.All(summary["renditions"]!.AsArray(), one => Assert.True((int)one!["segments"]! >= 10 && (long)one["bytes"]! > 0));
        Assert.True((int)summary["anonymous_urls_tried"]! > 15);
        Assert.Equal((int)summary["anonymous_urls_tried"]!, (int)summary["anonymous_urls_refused"]!);
    }

    [Fact]
    public async Task The_real_pair_becomes_one_panorama_and_its_ball_is_followed()
    {
        if (RealFootage.PairFolder is not { } footage)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        var summary = await RunAsync("--footage", footage, "--seconds", "10");

        Assert.True((bool)summary["ok"]!, summary["problems"]?.ToJsonString());
        Assert.InRange((double)summary["follow"]!["ball_known"]!, 0.5, 1);
        Assert.InRange((double)summary["follow"]!["max_pan_accel_deg_s2"]!, 0, 8);
        Assert.Equal(["CAM_L", "CAM_R"], summary["cameras"]!.AsArray().Select(c => (string?)c!["camera_id"]));
        var sync = summary["stitch"]!["sync_correction_ms"]!.AsObject().Select(s => (double)s.Value!).ToList();
        // One frame, 40 ms, around the 160 to 200 ms that lie between the two files.
        Assert.InRange(sync.Max() - sync.Min(), 120, 240);
        Assert.InRange((double)summary["stitch"]!["seam_error_px_median"]!, 0, 1.5);
        Assert.InRange((double)summary["stitch"]!["seam_error_px_p95"]!, 0, 4);
        Assert.InRange((double)summary["detect"]!["players_median"]!, 18, 30);
    }

    public void Dispose() => folder.Dispose();

    private async Task<JsonNode> RunAsync(params string[] arguments)
    {
        var json = folder.File("summary.json");
        var start = new ProcessStartInfo(Programs.Find("rig-rehearsal"), ["demo", "--exit", "--json", json, "--keep", folder.File("data"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        output.WriteLine(await process.StandardOutput.ReadToEndAsync());
        output.WriteLine(await error);
        await process.WaitForExitAsync();
        var text = File.Exists(json) ? await File.ReadAllTextAsync(json) : "{}";
        output.WriteLine(text);
        Assert.Equal(0, process.ExitCode);
        return JsonNode.Parse(text)!;
    }
}
