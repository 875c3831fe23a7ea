using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;

namespace Rig.Tests.Stitch;

public sealed class RigAlignmentTests
{
    private static readonly CameraLens Lens = new(LensModel.Fisheye, 1920, 1080, 1500, 1500, 960, 540, [0.02, -0.03, 0, 0]);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Rotations_and_lenses_are_recovered_from_matches_with_noise_and_wrong_ones(int count)
    {
        var random = new Random(count);
        var truth = Enumerable.Range(0, count).Select(i => new CameraModel(Lens, Rotation.FromYaw(0.95 * i) * Rotation.FromVector(new(0.02 * i, 0, 0.01 * i)))).ToArray();
        var matches = new List<SeamMatch>();
        for (var right = 1; right < count; right++)
        {
            while (matches.Count < 300 * right)
            {
                var (u, v) = (random.NextDouble() * 1919, random.NextDouble() * 1079);
                if (truth[right].TryProject(truth[right - 1].RayOf(u, v), out var ru, out var rv) && ru >= 0 && rv >= 0 && ru < 1920 && rv < 1080)
                {
                    var wrong = random.Next(10) == 0 ? 80 : 0.5;
                    matches.Add(new SeamMatch(right - 1, right, u, v, ru + (wrong * (random.NextDouble() - 0.5)), rv + (wrong * (random.NextDouble() - 0.5)), true));
                }
            }
        }

        var start = truth.Select((c, i) => new CameraModel(Lens with { Fx = 1510, Fy = 1510, Cx = 963 }, c.ToRig * Rotation.FromVector(new(0, i == 0 ? 0 : 0.02, 0)))).ToArray();
        var fitted = matches.Where(m => !RigAlignment.IsHeldOut(m)).ToList();
        var result = RigRefinement.Refine(start, [.. truth.Select(_ => LensUncertainty.Checkerboard)], fitted, fixedCamera: 0, robustPx: 3);

        var heldOut = matches.Where(RigAlignment.IsHeldOut).Select(m => RigAlignment.TransferErrorPx(result.Cameras, m)).Order().ToArray();
        Assert.True(heldOut.Length > 30);
        Assert.InRange(heldOut[heldOut.Length / 2], 0, 0.6);
        for (var i = 1; i < count; i++)
        {
            var relative = result.Cameras[i - 1].ToRig.Transposed * result.Cameras[i].ToRig;
            Assert.InRange(relative.AngleTo(truth[i - 1].ToRig.Transposed * truth[i].ToRig), 0, 0.03);
        }
    }

    [Fact]
    public void Levelling_takes_the_common_tilt_out_and_keeps_the_cameras_rigid()
    {
        var tilt = Rotation.FromVector(new(-0.3, 0, 0));
        CameraModel[] cameras = [.. new[] { -0.9, 0, 0.9 }.Select(yaw => new CameraModel(Lens, Rotation.FromVector(new(0.1, 0.2, 0.05)) * Rotation.FromYaw(yaw) * tilt))];
        var level = Horizon.LevelByRoll(cameras);
        foreach (var camera in level)
        {
            Assert.InRange(camera.ToRig.Column0.Y, -1e-6, 1e-6);
        }

        Assert.InRange((level[0].ToRig.Transposed * level[2].ToRig).AngleTo(cameras[0].ToRig.Transposed * cameras[2].ToRig), 0, 1e-6);
        Assert.InRange(level[1].ToRig.Column2.X, -1e-6, 1e-6);
    }
}
