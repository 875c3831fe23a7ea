namespace Rig.Ingest.Stitch.Pitch;

/// <summary>The lines of a pitch (IFAB Laws of the Game, Law 1), as points a step apart; metres, PanoramaGeometry's pitch axes.</summary>
internal static class PitchMarkings
{
    private const double PenaltyAreaDepthM = 16.5;
    private const double PenaltyAreaHalfM = 20.16;
    private const double GoalAreaDepthM = 5.5;
    private const double GoalAreaHalfM = 9.16;
    private const double RadiusM = 9.15;
    private const double PenaltySpotM = 11;

    public static List<(double X, double Y)> Points(double lengthM, double widthM, double stepM)
    {
        var points = new List<(double, double)>();
        var (midX, midY) = (lengthM / 2, widthM / 2);
        Line(0, 0, lengthM, 0);
        Line(0, widthM, lengthM, widthM);
        Line(midX, 0, midX, widthM);
        Arc(midX, midY, 0, 2 * Math.PI);
        foreach (var (goalX, inwards) in new[] { (0.0, 1.0), (lengthM, -1.0) })
        {
            Line(goalX, 0, goalX, widthM);
            Box(goalX, inwards * PenaltyAreaDepthM, Math.Min(PenaltyAreaHalfM, midY));
            Box(goalX, inwards * GoalAreaDepthM, Math.Min(GoalAreaHalfM, midY));
            var half = Math.Acos((PenaltyAreaDepthM - PenaltySpotM) / RadiusM);
            var middle = inwards > 0 ? 0 : Math.PI;
            Arc(goalX + (inwards * PenaltySpotM), midY, middle - half, middle + half);
        }

        return points;

        void Box(double goalX, double depth, double half)
        {
            Line(goalX, midY - half, goalX + depth, midY - half);
            Line(goalX, midY + half, goalX + depth, midY + half);
            Line(goalX + depth, midY - half, goalX + depth, midY + half);
        }

        void Line(double x0, double y0, double x1, double y1)
        {
            var n = Math.Max(1, (int)(Math.Sqrt(((x1 - x0) * (x1 - x0)) + ((y1 - y0) * (y1 - y0))) / stepM));
            for (var i = 0; i <= n; i++)
            {
                points.Add((x0 + ((x1 - x0) * i / n), y0 + ((y1 - y0) * i / n)));
            }
        }

        void Arc(double x, double y, double from, double to)
        {
            var n = Math.Max(1, (int)(RadiusM * (to - from) / stepM));
            for (var i = 0; i <= n; i++)
            {
                var (s, c) = Math.SinCos(from + ((to - from) * i / n));
                points.Add((x + (RadiusM * c), y + (RadiusM * s)));
            }
        }
    }
}
