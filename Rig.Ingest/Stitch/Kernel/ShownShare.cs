using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;

namespace Rig.Ingest.Stitch.Kernel;

/// <summary>
/// How much of what the cameras filmed a panorama shows. Measured in pixels of the cameras, each direction once: what a camera further left
/// shows, too, is not counted again. Two things count neither way: sky above the upper edge where the pitch is known, which was cut on
/// purpose, and what lies steeper than 50 degrees, which no cylinder can show.
/// </summary>
internal static class ShownShare
{
    /// <summary>With less, a part of the match would be missing that somebody filmed.</summary>
    public const double Min = 0.95;

    private const int GridColumns = 200;
    private const int GridRows = 60;

    public static double Of(IReadOnlyList<CameraModel> cameras, PanoramaGeometry panorama)
    {
        var (seen, shown) = (0, 0);
        for (var c = 0; c < cameras.Count; c++)
        {
            var lens = cameras[c].Lens;
            for (var i = 0; i < GridColumns * GridRows; i++)
            {
                var ray = cameras[c].RayOf(((i % GridColumns) + 0.5) / GridColumns * (lens.Width - 1), ((i / GridColumns) + 0.5) / GridRows * (lens.Height - 1));
                if (Math.Abs(ray.Y) > PanoramaPlanner.TangentMax * Math.Sqrt((ray.X * ray.X) + (ray.Z * ray.Z))
                    || !panorama.TryProject(ray.X, ray.Y, ray.Z, out var u, out var v)
                    || (panorama.Pitch is not null && v < 0)
                    || cameras.Take(c).Any(other => other.TryProject(ray, out var ou, out var ov) && ou >= 0 && ov >= 0 && ou < other.Lens.Width && ov < other.Lens.Height))
                {
                    continue;
                }

                seen++;
                shown += u >= 0 && u <= panorama.Width && v >= 0 && v <= panorama.Height ? 1 : 0;
            }
        }

        return seen == 0 ? 0 : (double)shown / seen;
    }
}
