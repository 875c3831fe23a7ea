using Rig.Domain.Match;

namespace Rig.Ingest.Renditions;

/// <summary>Where the follow camera looks at an instant, kept within the panorama.</summary>
internal sealed class FollowView(IReadOnlyList<FollowKey> path, PanoramaGeometry geometry, double aspect)
{
    public FollowKey At(double tSeconds) => Framing.Keep(LookAt(path, tSeconds), geometry, aspect);

    /// <summary>The path, interpolated; before its first and after its last key it rests.</summary>
    public static FollowKey LookAt(IReadOnlyList<FollowKey> path, double tSeconds)
    {
        if (path.Count == 0)
        {
            return new FollowKey(tSeconds, 0, 5, 60);
        }

        var (low, after) = (0, path.Count);
        while (low < after)
        {
            var middle = (low + after) / 2;
            (low, after) = path[middle].TSeconds < tSeconds ? (middle + 1, after) : (low, middle);
        }

        if (after == 0 || after == path.Count)
        {
            return path[Math.Min(after, path.Count - 1)];
        }

        var (a, b) = (path[after - 1], path[after]);
        var f = (tSeconds - a.TSeconds) / (b.TSeconds - a.TSeconds);
        return new FollowKey(tSeconds, a.YawDeg + (f * (b.YawDeg - a.YawDeg)), a.PitchDeg + (f * (b.PitchDeg - a.PitchDeg)), a.FovDeg + (f * (b.FovDeg - a.FovDeg)));
    }
}
