using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Stitch;

public sealed class RealPairTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_real_pair_is_aligned_and_synchronised_within_bounds()
    {
        if (RealFootage.PairFolder is not { } pair)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        using var folder = new TempFolder();
        var takes = StitchCommand.Takes(new Dictionary<CameraId, string>
        {
            [CameraId.Left] = Path.Combine(pair, "left_camera.mp4"),
            [CameraId.Right] = Path.Combine(pair, "right_camera.mp4"),
        });
        var options = new StitchOptions
        {
            CheckerboardFolders = new() { ["CAM_L"] = Path.Combine(pair, "left_checkerboard_images"), ["CAM_R"] = Path.Combine(pair, "right_checkerboard_images") },
            PitchPointsFiles = new() { ["CAM_L"] = Path.Combine(pair, "left_keypoints.xml") },
        };

        var result = await new AlignStage(Options.Create(options), NullLogger<AlignStage>.Instance)
            .RunAsync(SyntheticTakes.Context(folder.Path, [.. takes]), new Progress<StageProgress>(), CancellationToken.None);
        output.WriteLine(result.ToJsonString());

        Assert.InRange((double)result["seam_error_px_median"]!, 0, 1.5);
        Assert.InRange((double)result["seam_error_px_p95"]!, 0, 4);
        // Right frame i shows what left frame i+4 to i+5 shows; one frame of 40 ms is allowed.
        Assert.InRange((double)result["sync_correction_ms"]!["CAM_R"]!, 120, 240);
        Assert.InRange((double)result["pitch_error_px_median"]!, 0, 4);
    }
}
