namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Paints people and ball as one camera sees them: shadows, running limbs, shirts with numbers.</summary>
internal sealed class FigurePainter(CameraModel camera, Canvas canvas)
{
    public const double HeightM = 1.68;

    /// <summary>Ground direction of shadows, metres for each metre of height.</summary>
    private const double SunX = 0.55;
    private const double SunY = 0.38;

    /// <summary>Shirts shorter than this many pixels show no number.</summary>
    private const double NumberFromPx = 14;

    private static readonly Yuv Skin = new RgbColour(206, 160, 128).ToYuv();
    private static readonly Yuv Hair = new RgbColour(58, 44, 34).ToYuv();
    private static readonly Yuv Boot = new RgbColour(28, 28, 30).ToYuv();
    private static readonly Yuv White = new RgbColour(240, 240, 238).ToYuv();
    private static readonly Yuv Dark = new RgbColour(34, 34, 38).ToYuv();
    private static readonly Kit HomeKit = new(new RgbColour(206, 34, 38).ToYuv(), White, new RgbColour(190, 30, 34).ToYuv(), White);
    private static readonly Kit AwayKit = new(new RgbColour(32, 70, 190).ToYuv(), new RgbColour(24, 44, 120).ToYuv(), White, White);
    private static readonly Kit HomeKeeperKit = new(new RgbColour(238, 204, 40).ToYuv(), Dark, new RgbColour(238, 204, 40).ToYuv(), Dark);
    private static readonly Kit AwayKeeperKit = new(new RgbColour(232, 120, 30).ToYuv(), Dark, new RgbColour(232, 120, 30).ToYuv(), Dark);
    private static readonly Kit RefereeKit = new(new RgbColour(30, 30, 34).ToYuv(), new RgbColour(30, 30, 34).ToYuv(), Dark, White);

    public static Yuv ShirtColour(Figure figure) => KitOf(figure).Shirt;

    /// <summary>False when the camera does not see the place at all.</summary>
    public bool TryPlace(Figure figure, out Placed placed)
    {
        placed = default;
        var feet = new Vector3D(figure.X, figure.Y, 0);
        if (!camera.TryProject(feet, out var u, out var v) || !camera.TryProject(feet with { Z = HeightM }, out var headU, out var headV))
        {
            return false;
        }

        placed = new Placed(figure, u, v, (headU - u) / HeightM, (headV - v) / HeightM, (feet - camera.Center).Length);
        return true;
    }

    public void Shadow(in Placed at)
    {
        if (GroundScale(at.Figure.X, at.Figure.Y, at.U, at.V) is { } ground)
        {
            canvas.Shadow(at.U, at.V, ground, SunX * HeightM, SunY * HeightM, 0.2, 0.42f);
            canvas.Shadow(at.U, at.V, ground, 0.01, 0.01, 0.26, 0.35f);
        }
    }

    public void BallShadow(Vector3D ball)
    {
        var (x, y) = (ball.X + (SunX * ball.Z), ball.Y + (SunY * ball.Z));
        if (camera.TryProject(new Vector3D(x, y, 0), out var u, out var v) && GroundScale(x, y, u, v) is { } ground)
        {
            canvas.Shadow(u, v, ground, 0.01, 0.01, MatchPlan.BallRadiusM * 1.1, (float)(0.5 / (1 + (ball.Z * 0.4))));
        }
    }

    public void Ball(Vector3D ball)
    {
        if (!camera.TryProject(ball, out var u, out var v))
        {
            return;
        }

        var radius = MatchPlan.BallRadiusM * camera.Lens.Fx / (ball - camera.Center).Length;
        canvas.Capsule(u, v, u, v, radius, radius, new RgbColour(246, 246, 244).ToYuv(), 10);
        if (radius > 3)
        {
            var spin = (ball.X + ball.Y) / MatchPlan.BallRadiusM;
            canvas.Capsule(u + (Math.Cos(spin) * radius * 0.4), v + (Math.Sin(spin) * radius * 0.4), u, v, radius * 0.28, radius * 0.2, Dark);
        }
    }

    public void Person(in Placed at)
    {
        var figure = at.Figure;
        var kit = KitOf(figure);
        var pen = new Pen(canvas, at);
        var swing = Math.Min(1, figure.Speed / 5.5);
        var across = (figure.HeadingX * camera.Right.X) + (figure.HeadingY * camera.Right.Y);
        var turned = 1 - Math.Abs(across);

        // The leg and the arm on the far side first.
        for (var side = -1; side <= 1; side += 2)
        {
            Leg(pen, kit, side, figure.Stride + (side < 0 ? Math.PI : 0), swing, across, turned);
            if (side < 0)
            {
                Arm(pen, kit, side, figure.Stride, swing, across, turned);
            }
        }

        var lean = across * swing * 0.1;
        pen.Line(0, 0.82, lean * 0.3, 0.95, 0.13 + (0.03 * turned), 0.14 + (0.03 * turned), kit.Shorts, 14);
        pen.Line(lean * 0.4, 1.0, lean, 1.33, 0.14 + (0.03 * turned), 0.155 + (0.05 * turned), kit.Shirt, 20);
        Arm(pen, kit, 1, figure.Stride + Math.PI, swing, across, turned);
        pen.Line(lean, 1.42, lean, 1.48, 0.05, 0.05, Skin, 0);
        pen.Line(lean * 1.2, 1.53, lean * 1.2, 1.56, 0.095, 0.1, Skin, 16);
        pen.Line(lean * 1.1 - (across * 0.03), 1.6, lean * 1.1 - (across * 0.05), 1.61, 0.095, 0.09, Hair, 10);
        if (figure.Number > 0 && pen.Scale * 0.5 > NumberFromPx)
        {
            Number(pen, figure.Number, lean, kit.Ink);
        }
    }

    private static void Leg(Pen pen, Kit kit, int side, double phase, double swing, double across, double turned)
    {
        var stride = Math.Sin(phase) * swing;
        var lift = Math.Max(0, Math.Cos(phase)) * swing;
        var hip = side * 0.08 * (0.5 + turned);
        var kneeX = hip + (across * ((stride * 0.26) + (lift * 0.14)));
        var kneeY = 0.48 + (lift * 0.1);
        var footX = hip + (across * ((stride * 0.45) - (lift * 0.12)));
        var footY = 0.05 + (lift * 0.26);
        pen.Line(hip, 0.84, kneeX, kneeY, 0.095, 0.07, Skin, 10);
        pen.Line(hip, 0.84, hip + ((kneeX - hip) * 0.55), 0.84 + ((kneeY - 0.84) * 0.55), 0.12, 0.11, kit.Shorts, 12);
        pen.Line(kneeX, kneeY - 0.05, footX, footY + 0.04, 0.065, 0.05, kit.Socks, 10);
        pen.Line(footX - (across * 0.03), footY, footX + (across * 0.13), footY - 0.01, 0.05, 0.045, Boot, 0);
    }

    private static void Arm(Pen pen, Kit kit, int side, double phase, double swing, double across, double turned)
    {
        var stride = Math.Sin(phase) * swing;
        var shoulder = side * (0.1 + (0.12 * turned));
        var elbowX = shoulder + (side * 0.06 * turned) + (across * stride * 0.2);
        var handX = elbowX + (across * ((stride * 0.16) + (0.16 * swing)));
        var handY = 0.86 + (0.22 * swing) + (Math.Abs(stride) * 0.06);
        pen.Line(shoulder, 1.36, elbowX, 1.12, 0.07, 0.06, kit.Shirt, 10);
        pen.Line(elbowX, 1.1, handX, handY, 0.045, 0.04, Skin, 6);
    }

    /// <summary>Digits as seven strokes each.</summary>
    private static void Number(Pen pen, int number, double lean, Yuv ink)
    {
        const double Width = 0.1;
        const double Height = 0.2;
        var digits = number > 9 ? 2 : 1;
        for (var index = 0; index < digits; index++)
        {
            var digit = digits == 1 ? number : index == 0 ? number / 10 : number % 10;
            var left = lean + (digits == 1 ? -Width / 2 : (index - 0.95) * Width * 1.45);
            var (bottom, middle, top) = (1.08, 1.08 + (Height / 2), 1.08 + Height);
            var lit = Segments[digit];
            Stroke(lit & 1, left, top, left + Width, top);
            Stroke(lit & 2, left + Width, top, left + Width, middle);
            Stroke(lit & 4, left + Width, middle, left + Width, bottom);
            Stroke(lit & 8, left, bottom, left + Width, bottom);
            Stroke(lit & 16, left, middle, left, bottom);
            Stroke(lit & 32, left, top, left, middle);
            Stroke(lit & 64, left, middle, left + Width, middle);
        }

        void Stroke(int on, double x0, double y0, double x1, double y1)
        {
            if (on != 0)
            {
                pen.Line(x0, y0, x1, y1, 0.018, 0.018, ink, 0);
            }
        }
    }

    private static ReadOnlySpan<byte> Segments => [0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F];

    private static Kit KitOf(Figure figure) => figure.Id switch
    {
        0 => HomeKeeperKit,
        11 => AwayKeeperKit,
        < 11 => HomeKit,
        < 22 => AwayKit,
        _ => RefereeKit,
    };

    private (double UX, double VX, double UY, double VY)? GroundScale(double x, double y, double u, double v) =>
        camera.TryProject(new Vector3D(x + 0.5, y, 0), out var alongU, out var alongV) && camera.TryProject(new Vector3D(x, y + 0.5, 0), out var acrossU, out var acrossV)
            ? ((alongU - u) * 2, (alongV - v) * 2, (acrossU - u) * 2, (acrossV - v) * 2)
            : null;

    private readonly record struct Kit(Yuv Shirt, Yuv Shorts, Yuv Socks, Yuv Ink);

    /// <summary>Draws in the figure's own metres: x to the picture's right, y up from the feet.</summary>
    private readonly struct Pen(Canvas canvas, Placed at)
    {
        private readonly Placed at = at;

        public double Scale { get; } = at.PixelsPerM;

        public void Line(double x0, double y0, double x1, double y1, double radius0, double radius1, Yuv colour, float shade) => canvas.Capsule(
            at.U + (at.UpU * y0) - (at.UpV * x0),
            at.V + (at.UpV * y0) + (at.UpU * x0),
            at.U + (at.UpU * y1) - (at.UpV * x1),
            at.V + (at.UpV * y1) + (at.UpU * x1),
            radius0 * Scale,
            radius1 * Scale,
            colour,
            shade);
    }
}

/// <summary>Where a camera sees a person: feet in pixels, pixels a metre upwards, metres from the camera.</summary>
internal readonly record struct Placed(Figure Figure, double U, double V, double UpU, double UpV, double Distance)
{
    public double PixelsPerM => Math.Sqrt((UpU * UpU) + (UpV * UpV));

    public double Left => Math.Min(U, HeadU) - HalfWidth;

    public double Right => Math.Max(U, HeadU) + HalfWidth;

    public double Top => Math.Min(V, HeadV);

    public double Bottom => Math.Max(V, HeadV);

    private double HeadU => U + (UpU * FigurePainter.HeightM);

    private double HeadV => V + (UpV * FigurePainter.HeightM);

    private double HalfWidth => 0.22 * PixelsPerM;

    /// <summary>Share of the person's box that lies in a picture of this size.</summary>
    public double Visible(int width, int height)
    {
        var inside = Math.Max(0, Math.Min(Right, width) - Math.Max(Left, 0)) * Math.Max(0, Math.Min(Bottom, height) - Math.Max(Top, 0));
        return inside / Math.Max(1e-9, (Right - Left) * (Bottom - Top));
    }
}
