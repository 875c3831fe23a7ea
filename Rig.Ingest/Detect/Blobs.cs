namespace Rig.Ingest.Detect;

/// <summary>A horizontal stretch of foreground, <paramref name="To"/> exclusive.</summary>
internal readonly record struct PixelRun(int Y, int From, int To);

/// <summary>Foreground that hangs together; pixels, right and bottom exclusive.</summary>
internal sealed class Blob
{
    public List<PixelRun> Runs { get; } = [];

    public int Left { get; private set; } = int.MaxValue;

    public int Top { get; private set; } = int.MaxValue;

    public int Right { get; private set; }

    public int Bottom { get; private set; }

    public int Area { get; private set; }

    public int Width => Right - Left;

    public int Height => Bottom - Top;

    public double CenterU => (Left + Right - 1) / 2.0;

    public void Add(PixelRun run)
    {
        Runs.Add(run);
        (Left, Right) = (Math.Min(Left, run.From), Math.Max(Right, run.To));
        (Top, Bottom) = (Math.Min(Top, run.Y), Math.Max(Bottom, run.Y + 1));
        Area += run.To - run.From;
    }

    /// <summary>The same shape elsewhere.</summary>
    public Blob Moved(int right, int down)
    {
        var moved = new Blob();
        foreach (var run in Runs)
        {
            moved.Add(new PixelRun(run.Y + down, run.From + right, run.To + right));
        }

        return moved;
    }

    public void Add(Blob other)
    {
        foreach (var run in other.Runs)
        {
            Add(run);
        }
    }
}

/// <summary>Connected components of a mask, by runs; a gap of one pixel does not part them.</summary>
internal static class Blobs
{
    private const int Gap = 1;

    public static List<Blob> Find(ReadOnlySpan<byte> mask, int width, int height)
    {
        var runs = new List<PixelRun>();
        var parent = new List<int>();
        var rowStart = new int[height + 1];
        for (var y = 0; y < height; y++)
        {
            rowStart[y] = runs.Count;
            var row = mask.Slice(y * width, width);
            for (var x = row.IndexOf((byte)1); x >= 0 && x < width;)
            {
                var length = row[x..].IndexOf((byte)0);
                var end = length < 0 ? width : x + length;
                parent.Add(runs.Count);
                runs.Add(new PixelRun(y, x, end));
                var next = end < width ? row[end..].IndexOf((byte)1) : -1;
                x = next < 0 ? width : end + next;
            }

            rowStart[y + 1] = runs.Count;
            Join(runs, parent, rowStart, y);
        }

        var blobs = new Dictionary<int, Blob>();
        for (var index = 0; index < runs.Count; index++)
        {
            var root = Root(parent, index);
            if (!blobs.TryGetValue(root, out var blob))
            {
                blobs.Add(root, blob = new Blob());
            }

            blob.Add(runs[index]);
        }

        return [.. blobs.Values];
    }

    private static void Join(List<PixelRun> runs, List<int> parent, int[] rowStart, int y)
    {
        for (var index = rowStart[y] + 1; index < rowStart[y + 1]; index++)
        {
            if (runs[index].From - runs[index - 1].To <= Gap)
            {
                Union(parent, index - 1, index);
            }
        }

        for (var above = Math.Max(0, y - 1 - Gap); above < y; above++)
        {
            var (a, b) = (rowStart[above], rowStart[y]);
            while (a < rowStart[above + 1] && b < rowStart[y + 1])
            {
                if (runs[a].To >= runs[b].From && runs[b].To >= runs[a].From)
                {
                    Union(parent, a, b);
                }

                _ = runs[a].To < runs[b].To ? a++ : b++;
            }
        }
    }

    private static int Root(List<int> parent, int index)
    {
        while (parent[index] != index)
        {
            parent[index] = parent[parent[index]];
            index = parent[index];
        }

        return index;
    }

    private static void Union(List<int> parent, int a, int b) => parent[Root(parent, b)] = Root(parent, a);
}
