namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Dimensions of the synthetic pitch in metres (IFAB Laws of the Game, Law 1) and where its white paint lies.</summary>
internal static class PitchPlan
{
    public const double LengthM = 105;
    public const double WidthM = 68;
    public const double CenterX = LengthM / 2;
    public const double CenterY = WidthM / 2;

    /// <summary>A little wider than the 0.12 m that the Laws allow, as lines marked by hand are.</summary>
    public const double LineWidthM = 0.13;
    public const double GoalWidthM = 7.32;
    public const double GoalHeightM = 2.44;
    public const double GoalDepthM = 2.0;

    private const double PenaltyAreaDepth = 16.5;
    private const double PenaltyAreaHalf = 20.16;
    private const double GoalAreaDepth = 5.5;
    private const double GoalAreaHalf = 9.16;
    private const double PenaltySpot = 11;
    private const double Radius = 9.15;

    /// <summary>Distance in metres from a point of the ground to the middle of the nearest painted line.</summary>
    public static double DistanceToLine(double x, double y)
    {
        // Both ends are mirror images, and so are both sides.
        var mx = x > CenterX ? LengthM - x : x;
        var dy = Math.Abs(y - CenterY);
        var best = Box(mx, dy, 0, CenterX, CenterY);
        best = Math.Min(best, Box(mx, dy, 0, PenaltyAreaDepth, PenaltyAreaHalf));
        best = Math.Min(best, Box(mx, dy, 0, GoalAreaDepth, GoalAreaHalf));
        best = Math.Min(best, Math.Abs(Distance(mx - CenterX, dy) - Radius));
        if (mx > PenaltyAreaDepth)
        {
            best = Math.Min(best, Math.Abs(Distance(mx - PenaltySpot, dy) - Radius));
        }

        best = Math.Min(best, Math.Max(0, Distance(mx - CenterX, dy) - 0.06));
        best = Math.Min(best, Math.Max(0, Distance(mx - PenaltySpot, dy) - 0.06));
        return Math.Min(best, dy < CenterY + 1 && mx > -1 ? Math.Abs(Distance(mx, CenterY - dy) - 1) + (mx < 0 || dy > CenterY ? 9 : 0) : best);
    }

    /// <summary>Distance to the outline of a rectangle that is symmetric about the pitch's long axis.</summary>
    private static double Box(double x, double dy, double left, double right, double half)
    {
        var alongX = Math.Max(Math.Max(left - x, x - right), 0);
        var alongY = Math.Max(dy - half, 0);
        var side = Distance(alongX, dy - half);
        var ends = Math.Min(Distance(x - left, alongY), Distance(x - right, alongY));
        return Math.Min(side, ends);
    }

    private static double Distance(double a, double b) => Math.Sqrt((a * a) + (b * b));
}
