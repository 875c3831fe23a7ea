using Rig.Domain.Match;
using Rig.Ingest.Renditions;
using Framing = Rig.Ingest.Renditions.Framing;

namespace Rig.Tests.Renditions;

public sealed class FramingTests
{
    private static readonly PanoramaGeometry Geometry = new() { Width = 3200, Height = 760, FocalPx = 1000, CenterColumn = 1600, HorizonRow = 200 };

    [Theory]
    [InlineData(0, -5, 40)]
    [InlineData(10, 28, 45)]
    [InlineData(85, 10, 40)]
    [InlineData(-100, 0, 60)]
    [InlineData(20, 5, 90)]
    public void A_kept_view_shows_nothing_beyond_the_panorama(double yawDeg, double pitchDeg, double fovDeg)
    {
        var panorama = new byte[Geometry.Width * Geometry.Height * 3 / 2];
        Array.Fill(panorama, (byte)200);
        var view = new byte[320 * 176 * 3 / 2];

        new VirtualCamera(Geometry, 320, 176).Render(panorama, Framing.Keep(new FollowKey(0, yawDeg, pitchDeg, fovDeg), Geometry, 320 / 176.0), view);

        Assert.Equal(200, view[(2 * 320) + 160]);
        Assert.Equal(200, view[(173 * 320) + 160]);
        Assert.Equal(200, view[(88 * 320) + 2]);
        Assert.Equal(200, view[(88 * 320) + 317]);
    }

    [Fact]
    public void A_view_that_fits_is_left_alone()
    {
        var look = new FollowKey(3, 12, 8, 35);

        var kept = Framing.Keep(look, Geometry, 16 / 9.0);

        Assert.Equal((12.0, 8.0), (kept.YawDeg, kept.PitchDeg));
        Assert.Equal(35, kept.FovDeg, 6);
    }
}
