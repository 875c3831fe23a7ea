using Rig.Domain.Identity;
using Rig.Rehearsal.DrawnMatch;

namespace Rig.Tests.Synthetic;

public sealed class SyntheticRigTests
{
    private const int Width = 1280;
    private const int Height = 720;
    private static readonly CameraId[] Cameras = [CameraId.Left, CameraId.Center, CameraId.Right];

    [Fact]
    public void The_whole_pitch_is_in_view_whatever_the_seed()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var cameras = Cameras.Select(id => SyntheticRig.Camera(id, Width, Height, seed)).ToList();
            for (var x = 0.0; x <= PitchPlan.LengthM; x += 2.5)
            {
                foreach (var y in new[] { 0, PitchPlan.CenterY, PitchPlan.WidthM })
                {
                    Assert.True(cameras.Exists(camera => Sees(camera, new Vector3D(x, y, 0)) && Sees(camera, new Vector3D(x, y, 1.7))), $"seed {seed}: {x},{y}");
                }
            }
        }
    }

    [Fact]
    public void Neighbours_overlap_by_about_fifteen_percent()
    {
        var (left, center) = (SyntheticRig.Camera(CameraId.Left, Width, Height, 1), SyntheticRig.Camera(CameraId.Center, Width, Height, 1));
        var shared = Enumerable.Range(0, Width).Count(u => left.TryProjectDirection(center.Ray(u, Height / 2.0), out var x, out _) && x >= 0 && x < Width);
        Assert.InRange(shared / (double)Width, 0.10, 0.22);
    }

    [Fact]
    public void A_pixel_s_ray_comes_back_to_the_pixel()
    {
        var camera = SyntheticRig.Camera(CameraId.Right, Width, Height, 3);
        for (var v = 0; v < Height; v += 90)
        {
            for (var u = 0; u < Width; u += 80)
            {
                Assert.True(camera.TryProjectDirection(camera.Ray(u, v), out var u2, out var v2));
                Assert.Equal(u, u2, 0.01);
                Assert.Equal(v, v2, 0.01);
            }
        }
    }

    [Fact]
    public void Each_camera_hangs_a_little_askew_and_always_the_same_way()
    {
        var (a, again, other) = (SyntheticRig.Camera(CameraId.Left, Width, Height, 1), SyntheticRig.Camera(CameraId.Left, Width, Height, 1), SyntheticRig.Camera(CameraId.Left, Width, Height, 2));
        Assert.Equal(a.Forward, again.Forward);
        Assert.InRange(Math.Acos(Vector3D.Dot(a.Forward, other.Forward)) * 180 / Math.PI, 0.001, 2);
    }

    [Fact]
    public void A_fourth_camera_is_refused_by_name()
    {
        var fourth = CameraId.Parse("CAM_X");
        var error = Assert.Throws<ArgumentException>(() => SyntheticRig.YawDeg(fourth));
        Assert.Contains("CAM_X", error.Message, StringComparison.Ordinal);
    }

    private static bool Sees(CameraModel camera, Vector3D point) =>
        camera.TryProject(point, out var u, out var v) && u >= 0 && v >= 0 && u <= Width - 1 && v <= Height - 1;
}
