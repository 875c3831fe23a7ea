namespace Rig.Ingest.Stitch.Kernel;

/// <summary>
/// Where every sample of one output plane comes from in one camera's plane: per row a run of columns, per column the offset of the
/// upper left of four neighbours and the position between them in 1/64 pixel.
/// </summary>
/// <remarks>An offset stands for a row pitch; a picture with another row pitch needs another table.</remarks>
internal sealed class SampleTable
{
    public const int FractionOne = 64;

    /// <summary>Rows of the output plane.</summary>
    public required int Rows { get; init; }

    /// <summary>First column of each row that this camera shows.</summary>
    public required int[] Start { get; init; }

    /// <summary>One past the last column of each row.</summary>
    public required int[] End { get; init; }

    /// <summary>Where each row's run begins in the arrays below.</summary>
    public required int[] First { get; init; }

    public required int[] Offsets { get; init; }

    /// <summary>0 to 64 towards the right neighbour.</summary>
    public required byte[] FractionX { get; init; }

    /// <summary>0 to 64 towards the lower neighbour.</summary>
    public required byte[] FractionY { get; init; }

    public required int SourceStride { get; init; }

    /// <param name="map">The source position of an output sample; only asked for columns inside the row's run.</param>
    public static SampleTable Build(int rows, int[] start, int[] end, int sourceWidth, int sourceHeight, int sourceStride, SourceMap map)
    {
        var first = new int[rows];
        var total = 0;
        for (var row = 0; row < rows; row++)
        {
            first[row] = total;
            total += Math.Max(0, end[row] - start[row]);
        }

        var (offsets, fx, fy) = (new int[total], new byte[total], new byte[total]);
        Parallel.For(0, rows, row =>
        {
            for (var column = start[row]; column < end[row]; column++)
            {
                var (u, v) = map(column, row);
                var x = (int)Math.Round(Math.Clamp(u, 0, sourceWidth - 1) * FractionOne);
                var y = (int)Math.Round(Math.Clamp(v, 0, sourceHeight - 1) * FractionOne);
                // The last column and row are reached as fraction 64 of the ones before, so that all four neighbours exist.
                var (left, top) = (Math.Min(x / FractionOne, sourceWidth - 2), Math.Min(y / FractionOne, sourceHeight - 2));
                var at = first[row] + column - start[row];
                offsets[at] = (top * sourceStride) + left;
                fx[at] = (byte)(x - (left * FractionOne));
                fy[at] = (byte)(y - (top * FractionOne));
            }
        });
        return new SampleTable
        {
            Rows = rows,
            Start = start,
            End = end,
            First = first,
            Offsets = offsets,
            FractionX = fx,
            FractionY = fy,
            SourceStride = sourceStride,
        };
    }
}

internal delegate (double U, double V) SourceMap(int column, int row);
