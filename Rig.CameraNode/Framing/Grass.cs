namespace Rig.CameraNode.Framing;

/// <summary>Where a picture is green: the pitch and what surrounds it.</summary>
/// <param name="Coverage">Share of the picture, 0 to 1.</param>
/// <param name="LeftCoverage">Share of the picture's left third; <paramref name="RightCoverage"/> of its right.</param>
/// <param name="Top">For each column the row where the green begins under whatever stands behind the pitch; -1 where the column has none.</param>
internal sealed record Grass(double Coverage, double LeftCoverage, double RightCoverage, IReadOnlyList<int> Top)
{
    // Hue in degrees, saturation and value of 255. Turf in the sun has 60 to 70, in the shade up to 150.
    private const double MinHue = 60;
    private const double MaxHue = 170;
    private const int MinSaturation = 40;
    private const int MinValue = 40;

    /// <summary>
    /// Looked at from below, the pitch ends where this much of the height is not green: more than paint, less than hoardings and
    /// people. Trees behind them are green again.
    /// </summary>
    private const double GapOfHeight = 0.03;

    /// <summary>Less green than this in one piece is no pitch.</summary>
    private const double PieceOfHeight = 0.1;

    /// <summary>The median row of <see cref="Top"/> as a share of the height, 0 at the top; null where too few columns have green.</summary>
    public double? Boundary(int height)
    {
        var rows = Top.Where(row => row >= 0).Order().ToList();
        return rows.Count * 2 < Top.Count ? null : (double)rows[rows.Count / 2] / height;
    }

    public static Grass Find(RgbPicture picture)
    {
        var (width, height) = (picture.Width, picture.Height);
        var columns = new int[width];
        var top = new int[width];
        var (gap, piece) = (Math.Max(3, (int)(height * GapOfHeight)), Math.Max(3, (int)(height * PieceOfHeight)));
        var green = new bool[height];
        for (var x = 0; x < width; x++)
        {
            for (var y = 0; y < height; y++)
            {
                var (red, value, blue) = picture.At(x, y);
                green[y] = IsGrass(red, value, blue);
                columns[x] += green[y] ? 1 : 0;
            }

            top[x] = Begin(green, gap, piece);
        }

        double Share(int from, int to) => (double)columns[from..to].Sum() / ((to - from) * height);
        var third = Math.Max(1, width / 3);
        return new Grass(Share(0, width), Share(0, third), Share(width - third, width), top);
    }

    internal static bool IsGrass(byte red, byte green, byte blue)
    {
        var max = Math.Max(red, Math.Max(green, blue));
        var range = max - Math.Min(red, Math.Min(green, blue));
        if (max < MinValue || range * 255 < MinSaturation * max || green != max)
        {
            return false;
        }

        var hue = 120 + (60.0 * (blue - red) / range);
        return hue is >= MinHue and <= MaxHue;
    }

    private static int Begin(bool[] green, int gap, int piece)
    {
        var (top, count, missing) = (-1, 0, 0);
        for (var y = green.Length - 1; y >= 0; y--)
        {
            if (green[y])
            {
                (top, count, missing) = (y, count + 1, 0);
            }
            else if (++missing > gap)
            {
                if (count >= piece)
                {
                    return top;
                }

                count = 0;
            }
        }

        return count >= piece ? top : -1;
    }
}
