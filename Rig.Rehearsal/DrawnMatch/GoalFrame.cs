namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Posts, crossbar and net at one end; the net hangs straight to the ground behind.</summary>
internal sealed class GoalFrame
{
    private const double PostRadius = 0.06;
    private const double MeshM = 0.24;
    private static readonly RgbColour White = new(244, 245, 240);
    private readonly double lineX;
    private readonly double backX;
    private readonly Vector3D bound;
    private readonly (Vector3D From, Vector3D To, double Radius)[] bars;

    public GoalFrame(double lineX)
    {
        this.lineX = lineX;
        backX = lineX + (lineX > PitchPlan.CenterX ? PitchPlan.GoalDepthM : -PitchPlan.GoalDepthM);
        bound = new Vector3D((lineX + backX) / 2, PitchPlan.CenterY, 1.2) - SyntheticRig.MastTop;
        var (near, far) = (PitchPlan.CenterY - (PitchPlan.GoalWidthM / 2), PitchPlan.CenterY + (PitchPlan.GoalWidthM / 2));
        const double Top = PitchPlan.GoalHeightM;
        bars =
        [
            (new(lineX, near, 0), new(lineX, near, Top), PostRadius),
            (new(lineX, far, 0), new(lineX, far, Top), PostRadius),
            (new(lineX, near, Top), new(lineX, far, Top), PostRadius),
            (new(lineX, near, Top), new(backX, near, Top), 0.025),
            (new(lineX, far, Top), new(backX, far, Top), 0.025),
            (new(backX, near, Top), new(backX, far, Top), 0.025),
            (new(backX, near, 0), new(backX, near, Top), 0.025),
            (new(backX, far, 0), new(backX, far, Top), 0.025),
        ];
    }

    /// <summary>Lays net and frame over what lies behind them.</summary>
    public RgbColour Over(RgbColour behind, Vector3D direction, double distance, double radiansPerPixel)
    {
        var toward = Vector3D.Dot(bound, direction);
        if (toward < 0 || (bound - (direction * toward)).Length > 5)
        {
            return behind;
        }

        var colour = behind;
        var m = SyntheticRig.MastTop;
        var half = PitchPlan.GoalWidthM / 2;
        colour = Net(colour, direction, (backX - m.X) / direction.X, distance, p => (p.Y, p.Z), radiansPerPixel);
        colour = Net(colour, direction, (PitchPlan.CenterY + half - m.Y) / direction.Y, distance, p => (p.X, p.Z), radiansPerPixel);
        colour = Net(colour, direction, (PitchPlan.CenterY - half - m.Y) / direction.Y, distance, p => (p.X, p.Z), radiansPerPixel);
        colour = Net(colour, direction, (PitchPlan.GoalHeightM - m.Z) / direction.Z, distance, p => (p.X, p.Y), radiansPerPixel);
        foreach (var (from, to, radius) in bars)
        {
            var (miss, range) = Miss(direction, from - m, to - m);
            var blur = radiansPerPixel * range * 0.5;
            var cover = Math.Clamp((radius + blur - miss) / (2 * blur), 0, 1) * Math.Min(1, radius / blur);
            colour = RgbColour.Mix(colour, White, cover);
        }

        return colour;
    }

    private RgbColour Net(RgbColour behind, Vector3D direction, double range, double distance, Func<Vector3D, (double A, double B)> plane, double radiansPerPixel)
    {
        if (range <= 0 || range > distance + 0.01)
        {
            return behind;
        }

        const double Slack = 0.01;
        var p = SyntheticRig.MastTop + (direction * range);
        var (left, right) = (Math.Min(lineX, backX), Math.Max(lineX, backX));
        if (p.X < left - Slack || p.X > right + Slack || Math.Abs(p.Y - PitchPlan.CenterY) > (PitchPlan.GoalWidthM / 2) + Slack || p.Z < 0 || p.Z > PitchPlan.GoalHeightM + Slack)
        {
            return behind;
        }

        var (a, b) = plane(p);
        var footprint = radiansPerPixel * range;
        var thread = Math.Max(Thread(a, footprint), Thread(b, footprint));
        return RgbColour.Mix(behind, White, thread);
    }

    private static double Thread(double along, double footprint)
    {
        const double Half = 0.012;
        var off = Math.Abs((along / MeshM) - Math.Round(along / MeshM)) * MeshM;
        var blur = Math.Max(footprint * 0.5, 0.004);
        var sharp = Math.Clamp((Half + blur - off) / (2 * blur), 0, 1) * Math.Min(1, Half / blur);
        // A mesh finer than the pixels is an even veil.
        return blur > MeshM / 3 ? Half * 2 / MeshM : sharp;
    }

    /// <summary>How far the ray passes from a bar, and at which range; both in metres.</summary>
    private static (double Miss, double Range) Miss(Vector3D direction, Vector3D from, Vector3D to)
    {
        var bar = to - from;
        var (b, c) = (Vector3D.Dot(direction, bar), Vector3D.Dot(bar, bar));
        var (d, e) = (Vector3D.Dot(direction, from), Vector3D.Dot(bar, from));
        var along = Math.Clamp(((b * d) - e) / Math.Max(1e-9, c - (b * b)), 0, 1);
        var point = from + (bar * along);
        var range = Math.Max(0.1, Vector3D.Dot(point, direction));
        return ((point - (direction * range)).Length, range);
    }
}
