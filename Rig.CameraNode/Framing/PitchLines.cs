namespace Rig.CameraNode.Framing;

/// <summary>White lines on the green, found by a Hough transform over pixels that are brighter than the grass on both sides.</summary>
/// <param name="Count">At most 20.</param>
/// <param name="HasCenterLine">One stands upright in the middle of the picture.</param>
/// <param name="HasSideline">One runs across much of it.</param>
/// <param name="HasPenaltyArea">One stands upright near a side.</param>
internal sealed record PitchLines(int Count, bool HasCenterLine, bool HasSideline, bool HasPenaltyArea)
{
    private const int MaxLines = 20;
    private const int Directions = 90;

    /// <summary>Paint is this much brighter than the grass three pixels aside, and this many times more than grass differs from grass.</summary>
    private const int MinContrast = 14;
    private const double TimesTexture = 3.5;
    private const int Aside = 3;

    /// <summary>A line has this many pixels, as a share of the picture's width.</summary>
    private const double MinLengthOfWidth = 0.09;

    public static PitchLines Find(RgbPicture picture, Grass grass)
    {
        var pixels = Paint(picture, grass);
        var votes = new HoughVotes(picture.Width, picture.Height, Directions);
        foreach (var (x, y) in pixels)
        {
            votes.Add(x, y, 1);
        }

        var least = Math.Max(12, (int)(picture.Width * MinLengthOfWidth));
        var (count, center, side, penalty) = (0, false, false, false);
        while (count < MaxLines && votes.Best() is var (direction, distance, most) && most >= least)
        {
            var own = pixels.Where(p => votes.IsOn(p.X, p.Y, direction, distance)).ToList();
            foreach (var (x, y) in own)
            {
                votes.Add(x, y, -1);
            }

            pixels.RemoveAll(p => votes.IsOn(p.X, p.Y, direction, distance));
            if (own.Count < least)
            {
                break;
            }

            count++;
            var (span, middle) = ((double)(own.Max(p => p.X) - own.Min(p => p.X)) / picture.Width, own.Average(p => (double)p.X) / picture.Width);

            // The direction is that of the line's normal: 90 degrees for a line across the picture.
            var steep = Math.Abs(90 - (direction * 180.0 / Directions));
            side |= steep < 30 && span > 0.4;
            center |= steep > 60 && Math.Abs(middle - 0.5) < 0.15;
            penalty |= steep > 60 && Math.Abs(middle - 0.5) > 0.25;
        }

        return new PitchLines(count, center, side, penalty);
    }

    private static List<(int X, int Y)> Paint(RgbPicture picture, Grass grass)
    {
        var luma = picture.Luma;
        var contrast = Math.Max(MinContrast, TimesTexture * Texture(picture, grass));
        var found = new List<(int, int)>();
        for (var x = Aside; x < picture.Width - Aside; x++)
        {
            if (grass.Top[x] < 0)
            {
                continue;
            }

            for (var y = Math.Max(Aside, grass.Top[x] + 1); y < picture.Height - Aside; y++)
            {
                var here = luma[(y * picture.Width) + x];
                bool Between(int dx, int dy) =>
                    here - picture.Luma[((y - dy) * picture.Width) + x - dx] >= contrast && here - picture.Luma[((y + dy) * picture.Width) + x + dx] >= contrast
                    && IsGreen(picture, x - dx, y - dy) && IsGreen(picture, x + dx, y + dy);
                if (Between(Aside, 0) || Between(0, Aside))
                {
                    found.Add((x, y));
                }
            }
        }

        return found;
    }

    /// <summary>How much the luma of two pixels of the green differs on average.</summary>
    private static double Texture(RgbPicture picture, Grass grass)
    {
        long sum = 0, count = 0;
        for (var x = 0; x < picture.Width - Aside; x += 2)
        {
            for (var y = grass.Top[x] < 0 ? picture.Height : grass.Top[x]; y < picture.Height; y += 2)
            {
                if (IsGreen(picture, x, y) && IsGreen(picture, x + Aside, y))
                {
                    var i = (y * picture.Width) + x;
                    sum += Math.Abs(picture.Luma[i] - picture.Luma[i + Aside]);
                    count++;
                }
            }
        }

        return count == 0 ? 0 : (double)sum / count;
    }

    private static bool IsGreen(RgbPicture picture, int x, int y)
    {
        var (red, green, blue) = picture.At(x, y);
        return Grass.IsGrass(red, green, blue);
    }
}
