namespace Rig.Domain.Match;

/// <summary>Reads the follow camera's path between its keys.</summary>
public static class FollowTrack
{
    /// <summary>
    /// Cubic between keys (Catmull and Rom 1974, for uneven intervals), so that the camera's speed never jumps; at rest before the first
    /// and after the last key. The middle axis, 5 degrees down, where there are none.
    /// </summary>
    public static FollowKey At(IReadOnlyList<FollowKey> path, double tSeconds)
    {
        if (path.Count == 0)
        {
            return new FollowKey(tSeconds, 0, 5, 60);
        }

        var (low, high) = (0, path.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = path[middle].TSeconds < tSeconds ? (middle + 1, high) : (low, middle);
        }

        if (low == 0 || low == path.Count)
        {
            return path[Math.Min(low, path.Count - 1)];
        }

        var (a, b) = (path[low - 1], path[low]);
        var before = low >= 2 ? path[low - 2] : a;
        var after = low + 1 < path.Count ? path[low + 1] : b;
        var seconds = b.TSeconds - a.TSeconds;
        var f = (tSeconds - a.TSeconds) / seconds;
        return new FollowKey(tSeconds, Between(key => key.YawDeg), Between(key => key.PitchDeg), Between(key => key.FovDeg));

        double Between(Func<FollowKey, double> of)
        {
            var start = Slope(before, b, of) * seconds;
            var end = Slope(a, after, of) * seconds;
            var (from, to) = (of(a), of(b));
            var (c2, c3) = ((3 * (to - from)) - (2 * start) - end, (2 * (from - to)) + start + end);
            return from + (f * (start + (f * (c2 + (f * c3)))));
        }
    }

    private static double Slope(FollowKey from, FollowKey to, Func<FollowKey, double> of) =>
        to.TSeconds > from.TSeconds ? (of(to) - of(from)) / (to.TSeconds - from.TSeconds) : 0;
}
