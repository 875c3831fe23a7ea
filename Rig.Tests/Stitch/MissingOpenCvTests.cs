using System.Diagnostics;
using Rig.Domain.Identity;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

public sealed class MissingOpenCvTests
{
    [Fact]
    public async Task Without_a_library_that_OpenCV_needs_one_sentence_says_what_to_install()
    {
        using var folder = new TempFolder();
        var left = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Left, 160, 90, 10, 0.5);
        var right = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Right, 160, 90, 10, 0.5);
        // The loader looks here first, and an empty file is no library.
        File.WriteAllBytes(folder.File("libgtk-3.so.0"), []);
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "rig-ingest"),
            ["stitch", "--left", left.VideoPath, "--right", right.VideoPath, "--out", folder.File("out")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LD_LIBRARY_PATH"] = folder.Path;

        using var stitch = Process.Start(start)!;
        var output = stitch.StandardOutput.ReadToEndAsync();
        var error = (await stitch.StandardError.ReadToEndAsync()).Trim();
        await stitch.WaitForExitAsync();

        Assert.Equal(1, stitch.ExitCode);
        Assert.Empty(await output);
        Assert.DoesNotContain('\n', error);
        Assert.Contains("libgtk-3.so.0", error, StringComparison.Ordinal);
        Assert.Contains("run scripts/setup.sh, which installs the package libgtk-3-0", error, StringComparison.Ordinal);
    }
}
