using Rig.Ingest.Stitch.Video;

namespace Rig.Ingest.Stitch.Align;

/// <summary>The overlap as a grid of small cells, rows along the horizon, each cell known in both neighbours' pictures.</summary>
/// <param name="Left">Cells of the left camera's picture, row by row; a cell outside the overlap has no pixels.</param>
internal sealed record OverlapCells(int Columns, int Rows, CellSamples Left, CellSamples Right)
{
    private const int RowsPerHeight = 110;

    /// <summary>Cells are narrower than high, so that sideways shifts can be told.</summary>
    private const int ColumnsPerHeight = 220;
    private const int SamplesSide = 3;

    public static OverlapCells Find(CameraModel left, CameraModel right)
    {
        var lens = left.Lens;
        var (width, height) = (Math.Max(3, lens.Height / ColumnsPerHeight), Math.Max(4, lens.Height / RowsPerHeight));
        var (columns, rows) = (lens.Width / width, lens.Height / height);
        var (here, there) = (new (int, int)[columns * rows][], new (int, int)[columns * rows][]);
        Parallel.For(0, columns * rows, cell =>
        {
            var (x, y) = (cell % columns * width, cell / columns * height);
            var (a, b) = (new List<(int, int)>(), new List<(int, int)>());
            for (var i = 0; i < SamplesSide * SamplesSide; i++)
            {
                var (u, v) = (x + (i % SamplesSide * width / SamplesSide), y + (i / SamplesSide * height / SamplesSide));
                if (right.TryProject(left.RayOf(u, v), out var ru, out var rv) && ru >= 1 && rv >= 1 && ru < right.Lens.Width - 2 && rv < right.Lens.Height - 2)
                {
                    a.Add((u, v));
                    b.Add(((int)Math.Round(ru), (int)Math.Round(rv)));
                }
            }

            var whole = a.Count == SamplesSide * SamplesSide;
            here[cell] = whole ? [.. a] : [];
            there[cell] = whole ? [.. b] : [];
        });
        return new OverlapCells(columns, rows, new CellSamples(here), new CellSamples(there));
    }
}

/// <summary>The pixels of one camera that make up each cell.</summary>
internal sealed class CellSamples((int X, int Y)[][] cells)
{
    public int Count => cells.Length;

    public bool IsSeen(int cell) => cells[cell].Length > 0;

    /// <summary>Mean luma of each cell; 0 for cells outside the overlap.</summary>
    public float[] Read(VideoFrame frame)
    {
        var values = new float[cells.Length];
        for (var c = 0; c < values.Length; c++)
        {
            values[c] = MeanOf(frame, cells[c]);
        }

        return values;
    }

    /// <summary>Mean luma of some of the cells.</summary>
    public byte[] Read(VideoFrame frame, int[] some) => Array.ConvertAll(some, cell => (byte)(MeanOf(frame, cells[cell]) + 0.5f));

    private static unsafe float MeanOf(VideoFrame frame, (int X, int Y)[] pixels)
    {
        var sum = 0;
        foreach (var (x, y) in pixels)
        {
            sum += frame.Y[((long)y * frame.StrideY) + x];
        }

        return (float)sum / Math.Max(1, pixels.Length);
    }
}
