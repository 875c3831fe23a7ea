using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Ingest.Stitch;
using Rig.Rehearsal.DrawnMatch;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Stitch;

/// <summary>Alignment and stitching of the synthetic match, whose cameras' places and lenses are known.</summary>
public sealed class SyntheticStitchTests(ITestOutputHelper output)
{
    private const int Width = 960;
    private const int Height = 540;
    private const int Fps = 25;

    private static readonly IProgress<StageProgress> NoProgress = new Progress<StageProgress>();

    [Fact]
    public async Task Three_cameras_are_aligned_synchronised_and_laid_over_the_pitch()
    {
        using var folder = new TempFolder();
        var takes = await Task.WhenAll(
            SyntheticTakes.RecordAsync(folder.Path, CameraId.Left, Width, Height, Fps, 4),
            SyntheticTakes.RecordAsync(folder.Path, CameraId.Center, Width, Height, Fps, 4),
            SyntheticTakes.RecordAsync(folder.Path, CameraId.Right, Width, Height, Fps, 4));
        var context = SyntheticTakes.Context(folder.Path, takes);

        var result = await new AlignStage(Options.Create(new StitchOptions()), NullLogger<AlignStage>.Instance).RunAsync(context, NoProgress, CancellationToken.None);
        output.WriteLine(result.ToJsonString());

        var alignment = AlignmentFile.Parse(await File.ReadAllBytesAsync(folder.File("stitched", "alignment.json")));
        var truth = takes.Select(t => SyntheticRig.Camera(t.Id.CameraId, Width, Height, seed: 7)).ToArray();
        for (var i = 1; i < takes.Length; i++)
        {
            var measured = alignment.Cameras[i - 1].Model().ToRig.Transposed * alignment.Cameras[i].Model().ToRig;
            var expected = ToRig(truth[i - 1]).Transposed * ToRig(truth[i]);
            Assert.InRange(measured.AngleTo(expected) * 180 / Math.PI, 0, 0.2);
        }

        Assert.InRange((double)result["seam_error_px_median"]!, 0, 1.5);
        Assert.InRange((double)result["seam_error_px_p95"]!, 0, 4);
        foreach (var camera in alignment.Cameras)
        {
            Assert.InRange(camera.SyncCorrectionMs, -20, 20);
        }

        var panorama = PanoramaGeometry.Parse(await File.ReadAllBytesAsync(folder.File("stitched", "panorama.json")));
        Assert.NotNull(panorama.Pitch);
        Assert.Equal("lines", panorama.Pitch.Method);
        Assert.InRange(panorama.Pitch.ErrorPxMedian, 0, 3);
        Assert.InRange(panorama.Pitch.CameraX, SyntheticRig.MastTop.X - 0.5, SyntheticRig.MastTop.X + 0.5);
        Assert.InRange(panorama.Pitch.CameraY, SyntheticRig.MastTop.Y - 0.5, SyntheticRig.MastTop.Y + 0.5);
        Assert.InRange(panorama.Pitch.CameraZ, SyntheticRig.MastTop.Z - 0.3, SyntheticRig.MastTop.Z + 0.3);
    }

    private static Rig.Ingest.Stitch.Geometry.Rotation ToRig(CameraModel camera) => Rig.Ingest.Stitch.Geometry.Rotation.FromColumns(
        new(camera.Right.X, camera.Right.Y, camera.Right.Z),
        new(camera.Down.X, camera.Down.Y, camera.Down.Z),
        new(camera.Forward.X, camera.Forward.Y, camera.Forward.Z));
}
