using Rig.Domain.Match;

namespace Rig.Ingest.Renditions;

/// <summary>Keeps a view within the panorama, so that no clip shows the black beyond it.</summary>
internal static class Framing
{
    private const double ToDeg = 180 / Math.PI;

    /// <param name="aspect">Width over height of the view.</param>
    /// <returns>The nearest look whose edges' middles lie in the panorama; narrower where the panorama is lower than the view.</returns>
    public static FollowKey Keep(FollowKey look, PanoramaGeometry geometry, double aspect)
    {
        var top = Math.Atan(-geometry.HorizonRow / geometry.FocalPx) * ToDeg;
        var bottom = Math.Atan((geometry.Height - geometry.HorizonRow) / geometry.FocalPx) * ToDeg;
        var half = Math.Min(VerticalHalfDeg(look.FovDeg, aspect), (bottom - top) / 2);
        var fov = 2 * Math.Atan(Math.Tan(half / ToDeg) * aspect) * ToDeg;
        var left = geometry.YawOf(0) * ToDeg;
        var right = geometry.YawOf(geometry.Width) * ToDeg;
        return look with
        {
            FovDeg = fov,
            PitchDeg = Math.Clamp(look.PitchDeg, top + half, Math.Max(top + half, bottom - half)),
            YawDeg = right - left <= fov ? (left + right) / 2 : Math.Clamp(look.YawDeg, left + (fov / 2), right - (fov / 2)),
        };
    }

    private static double VerticalHalfDeg(double fovDeg, double aspect) => Math.Atan(Math.Tan(fovDeg / 2 / ToDeg) / aspect) * ToDeg;
}
