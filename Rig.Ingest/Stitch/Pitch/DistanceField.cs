namespace Rig.Ingest.Stitch.Pitch;

/// <summary>Distance from every pixel to the nearest marked one, up to a limit; exact in the Euclidean sense to a few per cent (3-4 chamfer).</summary>
internal sealed class DistanceField
{
    private readonly float[] distance;

    public DistanceField(bool[] marked, int width, int height, float limit)
    {
        (Width, Height, Limit) = (width, height, limit);
        distance = new float[width * height];
        const float Straight = 0.95509f, Diagonal = 1.36930f;
        for (var i = 0; i < distance.Length; i++)
        {
            distance[i] = marked[i] ? 0 : limit;
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                Relax(x, y, x - 1, y, Straight);
                Relax(x, y, x, y - 1, Straight);
                Relax(x, y, x - 1, y - 1, Diagonal);
                Relax(x, y, x + 1, y - 1, Diagonal);
            }
        }

        for (var y = height - 1; y >= 0; y--)
        {
            for (var x = width - 1; x >= 0; x--)
            {
                Relax(x, y, x + 1, y, Straight);
                Relax(x, y, x, y + 1, Straight);
                Relax(x, y, x + 1, y + 1, Diagonal);
                Relax(x, y, x - 1, y + 1, Diagonal);
            }
        }
    }

    public int Width { get; }

    public int Height { get; }

    public float Limit { get; }

    /// <summary>Between pixels by bilinear interpolation, so that it has a slope to descend; the limit outside.</summary>
    public double At(double u, double v)
    {
        if (u < 0 || v < 0 || u >= Width - 1 || v >= Height - 1)
        {
            return Limit;
        }

        var (x, y) = ((int)u, (int)v);
        var (fx, fy) = (u - x, v - y);
        var at = (y * Width) + x;
        var top = distance[at] + (fx * (distance[at + 1] - distance[at]));
        var bottom = distance[at + Width] + (fx * (distance[at + Width + 1] - distance[at + Width]));
        return top + (fy * (bottom - top));
    }

    private void Relax(int x, int y, int fromX, int fromY, float step)
    {
        if (fromX >= 0 && fromY >= 0 && fromX < Width && fromY < Height)
        {
            ref var here = ref distance[(y * Width) + x];
            here = Math.Min(here, distance[(fromY * Width) + fromX] + step);
        }
    }
}
