using Rig.Domain.Match;

namespace Rig.Tests.Support;

/// <summary>A panorama whose mast stands at the halfway line, 8 m behind the near touchline and 7.5 m up, tilted down by 5 degrees.</summary>
public static class TestPanorama
{
    public static PanoramaGeometry Geometry { get; } = Create();

    private static PanoramaGeometry Create()
    {
        var tilt = 5 * Math.PI / 180;
        var (c, s) = (Math.Cos(tilt), Math.Sin(tilt));
        return new PanoramaGeometry
        {
            Width = 3000,
            Height = 800,
            FocalPx = 900,
            CenterColumn = 1500,
            HorizonRow = 300,
            // Rig x is pitch x; rig z (forward) looks to the far touchline and a little down; rig y looks down and a little back.
            Pitch = new PitchRegistration(105, 68, 52.5, -8, 7.5, [1, 0, 0, 0, -s, c, 0, -c, -s], 0.5, "points"),
        };
    }
}
