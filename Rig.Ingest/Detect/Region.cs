namespace Rig.Ingest.Detect;

/// <summary>The pixels in which people or the ball on this pitch can appear, the ball's flights included.</summary>
internal sealed class Region
{
    /// <summary>Heights over the pitch that are looked at; between them a picture of usual size leaves no gap.</summary>
    private static readonly double[] HeightsM = [0, 0.9, 1.8, 2.8, 4, 6, 8];

    private readonly bool[] contains;
    private readonly (int From, int To)[] rows;

    public Region(PitchView view)
    {
        var (width, height) = (view.Geometry.Width, view.Geometry.Height);
        contains = new bool[width * height];
        rows = new (int, int)[height / 2];
        Parallel.For(0, height / 2, pair =>
        {
            var (from, to) = (width, 0);
            for (var y = pair * 2; y < (pair * 2) + 2; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    if (IsOverPitch(view, x, y))
                    {
                        contains[(y * width) + x] = true;
                        (from, to) = (Math.Min(from, x), Math.Max(to, x + 1));
                    }
                }
            }

            // Whole chroma samples.
            rows[pair] = (from & ~1, Math.Min(width, (to + 1) & ~1));
        });
    }

    public bool Contains(int index) => contains[index];

    /// <summary>First column and the one after the last that hold any of the region in this row or its neighbour of the same chroma.</summary>
    public (int From, int To) Columns(int y) => rows[y / 2];

    /// <summary>Whether any of a rectangle's pixels may show somebody or the ball; the rectangle may reach beyond the picture.</summary>
    public bool Touches(int left, int top, int right, int bottom)
    {
        for (var y = Math.Max(0, top) & ~1; y < Math.Min(rows.Length * 2, bottom); y += 2)
        {
            var (from, to) = Columns(y);
            if (from < to && from < right && to > left)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The smallest rectangle that holds all of it; empty where there is none.</summary>
    public (int Left, int Top, int Right, int Bottom) Bounds()
    {
        var used = Enumerable.Range(0, rows.Length).Where(pair => rows[pair].From < rows[pair].To).ToList();
        return used.Count == 0 ? default : (used.Min(pair => rows[pair].From), used[0] * 2, used.Max(pair => rows[pair].To), (used[^1] * 2) + 2);
    }

    private static bool IsOverPitch(PitchView view, double u, double v)
    {
        foreach (var height in HeightsM)
        {
            if (view.TryToGround(u, v, out var x, out var y, height) && view.IsOnPitch(x, y))
            {
                return true;
            }
        }

        return false;
    }
}
