using Rig.Ingest.Stitch.Geometry;

namespace Rig.Tests.Stitch;

public sealed class LensTests
{
    private static readonly CameraLens Brown = new(LensModel.BrownConrady, 1280, 720, 920, 918, 641, 355, [-0.11, 0.02, 0.0004, -0.0003, 0]);
    private static readonly CameraLens Fisheye = new(LensModel.Fisheye, 3072, 1728, 2300, 2310, 1570, 880, [0.02, -0.1, 0.05, -0.01]);

    [Fact]
    public void A_pixel_comes_back_from_its_direction()
    {
        foreach (var lens in new[] { Brown, Fisheye, CameraLens.Equidistant(1920, 1080, 1.6) })
        {
            for (var v = 0; v < lens.Height; v += lens.Height / 9)
            {
                for (var u = 0; u < lens.Width; u += lens.Width / 13)
                {
                    var ray = lens.Unproject(u, v);
                    Assert.InRange(ray.Length, 1 - 1e-9, 1 + 1e-9);
                    Assert.True(lens.TryProject(ray, out var pu, out var pv));
                    Assert.InRange(Math.Abs(pu - u) + Math.Abs(pv - v), 0, 0.01);
                }
            }
        }
    }

    [Fact]
    public void A_resized_lens_sees_the_same_directions()
    {
        var half = Fisheye.Resized(1536, 864);
        var (a, b) = (Fisheye.Unproject(100.5, 200.5), half.Unproject(50, 100));
        Assert.InRange((a - b).Length, 0, 1e-9);
    }

    [Fact]
    public void What_lies_behind_the_camera_is_not_projected()
    {
        Assert.False(Brown.TryProject(new Vector3d(0.1, 0, -1), out _, out _));
        Assert.False(Fisheye.TryProject(new Vector3d(0.1, 0, -1), out _, out _));
    }

    [Fact]
    public void Rotations_compose_and_invert()
    {
        var a = Rotation.FromVector(new(0.3, -0.2, 0.5));
        var b = Rotation.FromYaw(0.7);
        var v = new Vector3d(0.2, -0.4, 0.9);
        Assert.InRange(((a * b * v) - (a * (b * v))).Length, 0, 1e-12);
        Assert.InRange((a * a.Transposed).AngleTo(Rotation.Identity), 0, 1e-6);
        Assert.Equal(0.7, Math.Atan2((b * new Vector3d(0, 0, 1)).X, (b * new Vector3d(0, 0, 1)).Z), 9);
    }
}
