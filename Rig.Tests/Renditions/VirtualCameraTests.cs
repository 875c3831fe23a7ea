using Rig.Domain.Match;
using Rig.Ingest.Renditions;

namespace Rig.Tests.Renditions;

public sealed class VirtualCameraTests
{
    private static readonly PanoramaGeometry Geometry = new() { Width = 1600, Height = 600, FocalPx = 500, CenterColumn = 800, HorizonRow = 250 };

    [Theory]
    [InlineData(0, 0, 50)]
    [InlineData(35, 8, 40)]
    [InlineData(-60, 12, 60)]
    public void What_the_camera_looks_at_is_in_the_middle_of_its_picture(double yawDeg, double pitchDeg, double fovDeg)
    {
        var (yaw, pitch) = (yawDeg * Math.PI / 180, pitchDeg * Math.PI / 180);
        var panorama = Dot(Geometry.CenterColumn + (Geometry.FocalPx * yaw), Geometry.HorizonRow + (Geometry.FocalPx * Math.Tan(pitch)));

        var (x, y) = Brightest(Render(panorama, new FollowKey(0, yawDeg, pitchDeg, fovDeg)));

        Assert.Equal(160, x, 1.5);
        Assert.Equal(80, y, 1.5);
    }

    [Fact]
    public void The_edge_of_the_picture_is_half_the_angle_of_view_away()
    {
        var panorama = Dot(Geometry.CenterColumn + (Geometry.FocalPx * 20 * Math.PI / 180), Geometry.HorizonRow);

        var (x, y) = Brightest(Render(panorama, new FollowKey(0, 0, 0, 50)));

        Assert.Equal(160 + (160 * Math.Tan(20 * Math.PI / 180) / Math.Tan(25 * Math.PI / 180)), x, 1.5);
        Assert.Equal(80, y, 1.5);
    }

    [Fact]
    public void A_straight_line_of_the_world_stays_straight()
    {
        // The points of the plane y = 0.2 z, a line across the view at that depth, for yaw -20 to 20 degrees.
        var panorama = Grey();
        for (var deg = -20.0; deg <= 20; deg += 0.02)
        {
            var yaw = deg * Math.PI / 180;
            var row = Geometry.HorizonRow + (Geometry.FocalPx * 0.2 * Math.Cos(yaw));
            var column = Geometry.CenterColumn + (Geometry.FocalPx * yaw);
            for (var dy = -1; dy <= 1; dy++)
            {
                panorama[(((int)Math.Round(row) + dy) * Geometry.Width) + (int)Math.Round(column)] = 235;
            }
        }

        var view = Render(panorama, new FollowKey(0, 0, 0, 50));

        var rows = Enumerable.Range(40, 240).Select(x => Enumerable.Range(0, 160).MaxBy(y => view[(y * 320) + x])).ToList();
        Assert.True(rows.Max() - rows.Min() <= 2, $"The line runs from row {rows.Min()} to {rows.Max()}.");
    }

    [Fact]
    public void Beyond_the_panorama_it_is_black()
    {
        var view = Render(Grey(), new FollowKey(0, 88, 0, 50));

        Assert.Equal(16, view[(80 * 320) + 310]);
    }

    private static byte[] Render(byte[] panorama, FollowKey look)
    {
        var view = new byte[320 * 160 * 3 / 2];
        new VirtualCamera(Geometry, 320, 160).Render(panorama, look, view);
        return view;
    }

    private static byte[] Grey()
    {
        var panorama = new byte[Geometry.Width * Geometry.Height * 3 / 2];
        Array.Fill(panorama, (byte)90, 0, Geometry.Width * Geometry.Height);
        Array.Fill(panorama, (byte)128, Geometry.Width * Geometry.Height, Geometry.Width * Geometry.Height / 2);
        return panorama;
    }

    private static byte[] Dot(double u, double v)
    {
        var panorama = Grey();
        for (var dy = -2; dy <= 2; dy++)
        {
            Array.Fill(panorama, (byte)235, (((int)Math.Round(v) + dy) * Geometry.Width) + (int)Math.Round(u) - 2, 5);
        }

        return panorama;
    }

    /// <summary>Centre of the bright pixels.</summary>
    private static (double X, double Y) Brightest(byte[] view)
    {
        var bright = Enumerable.Range(0, 320 * 160).Where(i => view[i] > 180).ToList();
        Assert.NotEmpty(bright);
        return (bright.Average(i => i % 320), bright.Average(i => i / 320));
    }
}
