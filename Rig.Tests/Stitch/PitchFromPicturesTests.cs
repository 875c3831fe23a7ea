using Microsoft.Extensions.Logging.Abstractions;
using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Pitch;
using Rig.Rehearsal.DrawnMatch;

namespace Rig.Tests.Stitch;

public sealed class PitchFromPicturesTests
{
    private const int Width = 960;
    private const int Height = 540;

    [Fact]
    public void The_rig_finds_its_place_over_the_synthetic_pitch()
    {
        CameraId[] ids = [CameraId.Left, CameraId.Center, CameraId.Right];
        var cameras = Horizon.LevelByRoll([.. ids.Select(id =>
        {
            var truth = SyntheticRig.Camera(id, Width, Height, seed: 7);
            // Pitch axes to OpenCV's: x stays, y is down, z is across.
            Vector3d Turned(Vector3D v) => new(v.X, -v.Z, v.Y);
            return new Rig.Ingest.Stitch.Align.CameraModel(CameraLens.From(truth.Lens, Width, Height), Rotation.FromColumns(Turned(truth.Right), Turned(truth.Down), Turned(truth.Forward)));
        })]);
        var backgrounds = ids.Select(id =>
        {
            using var source = new SyntheticSource(id, Width, Height, 25, seed: 7);
            var frame = new Yuv420Frame(Width, Height);
            source.Fill(frame, TimeSpan.FromSeconds(20));
            return new MedianPicture(Width, Height, frame.Data);
        }).ToArray();
        var wide = PanoramaPlanner.Plan(cameras, null, 5760);

        var fit = PitchLinesFit.Of(wide, cameras, backgrounds, 105, 68, NullLogger.Instance);
        var pose = fit.Fit();

        Assert.NotNull(pose);
        Assert.InRange(pose.X, SyntheticRig.MastTop.X - 0.4, SyntheticRig.MastTop.X + 0.4);
        Assert.InRange(pose.Y, SyntheticRig.MastTop.Y - 0.4, SyntheticRig.MastTop.Y + 0.4);
        Assert.InRange(pose.Z, SyntheticRig.MastTop.Z - 0.2, SyntheticRig.MastTop.Z + 0.2);
    }
}
