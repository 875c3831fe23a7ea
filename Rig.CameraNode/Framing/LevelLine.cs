namespace Rig.CameraNode.Framing;

/// <summary>
/// The straight line along the far edge of the green. Median of the slopes between all pairs of points (Theil and Sen), so that
/// trees, people and goals that cover up to a quarter of the edge do not turn it.
/// </summary>
/// <param name="TiltDeg">Positive when the camera's right side is too low: the line then rises to the right.</param>
/// <param name="FitShare">Share of the edge's points that lie on the line.</param>
internal sealed record LevelLine(double TiltDeg, double FitShare)
{
    private const int Points = 64;
    private const double MinFitShare = 0.5;

    /// <summary>A wide lens bends the line by this much towards the picture's sides.</summary>
    private const double ToleranceOfHeight = 0.025;

    /// <param name="top">For each column the row of the edge; -1 where there is none.</param>
    /// <returns>Null where no straight edge runs through most of the picture.</returns>
    public static LevelLine? Fit(IReadOnlyList<int> top, int height)
    {
        // The median of a few columns side by side. One that is at the very top has no edge: the green goes on above the picture.
        var step = Math.Max(1, top.Count / Points);
        var points = Enumerable.Range(0, top.Count / step)
            .Select(i => (X: (i * step) + (step / 2), Y: top.Skip(i * step).Take(step).Order().ElementAt(step / 2)))
            .Where(p => p.Y > 0)
            .ToList();
        if (points.Count < 8 || points[^1].X - points[0].X < top.Count / 2)
        {
            return null;
        }

        var slopes = new List<double>(points.Count * points.Count / 2);
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = i + 1; j < points.Count; j++)
            {
                slopes.Add((double)(points[j].Y - points[i].Y) / (points[j].X - points[i].X));
            }
        }

        var slope = Median(slopes);
        var offset = Median([.. points.Select(p => p.Y - (slope * p.X))]);
        var tolerance = Math.Max(1.5, height * ToleranceOfHeight);
        var fit = (double)points.Count(p => Math.Abs(p.Y - offset - (slope * p.X)) <= tolerance) / (top.Count / step);
        return fit < MinFitShare ? null : new LevelLine(-Math.Atan(slope) * 180 / Math.PI, fit);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
