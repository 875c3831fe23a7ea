using System.Diagnostics;
using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

/// <summary><c>rig-ingest stitch</c> as scripts use it.</summary>
public sealed class StitchCommandTests
{
    [Fact]
    public async Task Nothing_but_the_figures_is_printed_on_the_standard_output()
    {
        using var folder = new TempFolder();
        var left = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Left, 960, 540, 25, 1);
        var center = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Center, 960, 540, 25, 1);

        var (code, output, error) = await RunAsync("--left", left.VideoPath, "--center", center.VideoPath, "--align-only", "true", "--out", folder.File("out"));

        Assert.Equal((0, ""), (code, code == 0 ? "" : error));
        Assert.InRange((double)JsonNode.Parse(output)!["aligned"]!["seam_error_px_median"]!, 0, 1.5);
        Assert.Contains("matches agree", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_prints_nothing_on_the_standard_output()
    {
        using var folder = new TempFolder();
        var left = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Left, 160, 90, 10, 0.5);
        File.Copy(left.VideoPath, folder.File("RIGHT.MP4"));

        var (code, output, error) = await RunAsync("--left", left.VideoPath, "--right", folder.File("RIGHT.MP4"), "--out", folder.File("out"));

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("rig-ingest stitch: ", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "rig-ingest"), ["stitch", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, error);
    }
}
