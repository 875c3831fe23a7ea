namespace Rig.Ingest.Detect;

/// <summary>A blob's pixels while people are taken out of it.</summary>
internal sealed class Remainder
{
    private const byte Foreground = 1;
    private const byte Cut = 2;
    private readonly byte[] pixels;
    private readonly int left;
    private readonly int top;
    private readonly int width;
    private int rows;

    public Remainder(Blob blob)
    {
        (left, top, width, rows) = (blob.Left, blob.Top, blob.Width, blob.Height);
        pixels = new byte[width * rows];
        foreach (var run in blob.Runs)
        {
            pixels.AsSpan(((run.Y - top) * width) + run.From - left, run.To - run.From).Fill(Foreground);
        }
    }

    /// <summary>The lowest run that is left: its middle, the row below its pixels, and its own row.</summary>
    public (double U, double V, int Row)? Lowest()
    {
        for (; rows > 0; rows--)
        {
            var row = pixels.AsSpan((rows - 1) * width, width);
            var from = row.IndexOf(Foreground);
            if (from >= 0)
            {
                var length = row[from..].IndexOfAnyExcept(Foreground);
                var to = length < 0 ? width : from + length;
                return (left + ((from + to - 1) / 2.0), top + rows - 0.5, top + rows - 1);
            }
        }

        return null;
    }

    public void ClearRow(int row) => pixels.AsSpan((row - top) * width, width).Clear();

    /// <summary>The column near <paramref name="u"/> around which a body of this height covers most foreground.</summary>
    public double BestColumn(double u, double footRow, double height)
    {
        var (bestCount, sum, ties) = (-1, 0.0, 0);
        var step = Math.Max(1, height / 24);
        for (var center = u - (height * 0.24); center <= u + (height * 0.24); center += step)
        {
            var count = Count(center - (height * 0.13), center + (height * 0.13), footRow - height, footRow);
            if (count > bestCount)
            {
                (bestCount, sum, ties) = (count, 0, 0);
            }

            if (count == bestCount)
            {
                (sum, ties) = (sum + center, ties + 1);
            }
        }

        return sum / ties;
    }

    /// <summary>Upper edge of what is left in a body's box.</summary>
    public double Top(double center, double footRow, double height)
    {
        var (x0, x1, y0, y1) = Clip(center - (height * 0.2), center + (height * 0.2), footRow - (height * 1.12), footRow);
        for (var y = y0; y < y1; y++)
        {
            if (pixels.AsSpan((y * width) + x0, x1 - x0).Contains(Foreground))
            {
                return top + y - 0.5;
            }
        }

        return footRow;
    }

    /// <summary>Whether somebody was taken out right below this row, so that he may hide the feet.</summary>
    public bool WasCut(double center, double footRow, double height)
    {
        var (x0, x1, y0, y1) = Clip(center - (height * 0.25), center + (height * 0.25), footRow - (height * 0.3), footRow + (height * 0.25));
        for (var y = y0; y < y1; y++)
        {
            if (pixels.AsSpan((y * width) + x0, x1 - x0).Contains(Cut))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a body out; the number of its pixels and their middle column.</summary>
    public int Take(double center, double footRow, double height, out double meanU)
    {
        var (x0, x1, y0, y1) = Clip(center - (height * 0.3), center + (height * 0.3), footRow - (height * 1.1), footRow + 1);
        var (count, core, sum) = (0, 0, 0.0);
        for (var y = y0; y < y1; y++)
        {
            for (var x = x0; x < x1; x++)
            {
                ref var pixel = ref pixels[(y * width) + x];
                if (pixel != Foreground)
                {
                    continue;
                }

                pixel = Cut;
                count++;
                if (Math.Abs(left + x - center) <= height * 0.2)
                {
                    core++;
                    sum += left + x;
                }
            }
        }

        meanU = core > 0 ? sum / core : center;
        return count;
    }

    private int Count(double fromU, double toU, double fromV, double toV)
    {
        var (x0, x1, y0, y1) = Clip(fromU, toU, fromV, toV);
        var count = 0;
        for (var y = y0; y < y1; y++)
        {
            count += pixels.AsSpan((y * width) + x0, x1 - x0).Count(Foreground);
        }

        return count;
    }

    private (int X0, int X1, int Y0, int Y1) Clip(double fromU, double toU, double fromV, double toV)
    {
        var (x0, x1) = ((int)Math.Ceiling(fromU) - left, (int)Math.Floor(toU) + 1 - left);
        var (y0, y1) = ((int)Math.Ceiling(fromV) - top, (int)Math.Floor(toV) + 1 - top);
        x0 = Math.Clamp(x0, 0, width);
        y0 = Math.Clamp(y0, 0, rows);
        return (x0, Math.Clamp(x1, x0, width), y0, Math.Clamp(y1, y0, rows));
    }
}
