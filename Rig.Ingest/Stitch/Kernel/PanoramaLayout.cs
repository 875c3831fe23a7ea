using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Kernel;

/// <summary>Which columns each camera fills in each row of the panorama, and where neighbours fade into each other.</summary>
/// <remarks>
/// The seam follows the middle of the overlap as a straight line, and the fade is narrow: the cameras' centres are a hand apart, so
/// somebody near the rig who crosses a wide fade would be seen twice.
/// </remarks>
internal sealed class PanoramaLayout
{
    private PanoramaLayout(int cameras, int rows)
    {
        Start = [.. Enumerable.Range(0, cameras).Select(_ => new int[rows])];
        End = [.. Enumerable.Range(0, cameras).Select(_ => new int[rows])];
    }

    /// <summary>By camera and row: the first column it fills, even.</summary>
    public int[][] Start { get; }

    /// <summary>By camera and row: one past the last column it fills, even. Neighbours overlap by the fade.</summary>
    public int[][] End { get; }

    public static int FadeWidth(PanoramaGeometry geometry) => Math.Max(8, (int)(0.012 * geometry.FocalPx) & ~1);

    public static PanoramaLayout Of(PanoramaGeometry geometry, IReadOnlyList<CameraModel> cameras)
    {
        // Decided on every second row, so that both planes of a 4:2:0 picture share the seam.
        var rows = geometry.Height / 2;
        var seen = cameras.Select(camera => SeenColumns(geometry, camera, rows)).ToArray();
        var layout = new PanoramaLayout(cameras.Count, rows);
        var fade = FadeWidth(geometry);
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < cameras.Count; c++)
            {
                (layout.Start[c][row], layout.End[c][row]) = seen[c][row];
            }
        }

        for (var right = 1; right < cameras.Count; right++)
        {
            var (offset, slope) = MiddleLine(seen[right - 1], seen[right], geometry.Width);
            for (var row = 0; row < rows; row++)
            {
                var (overlapStart, overlapEnd) = (seen[right][row].Start, seen[right - 1][row].End);
                if (overlapEnd <= overlapStart)
                {
                    // A hole between the two: each ends where it ends.
                    continue;
                }

                var half = Math.Min(fade, overlapEnd - overlapStart) / 2;
                var seam = Math.Clamp(offset + (slope * row), overlapStart + half, overlapEnd - half);
                layout.Start[right][row] = Even(seam - half);
                layout.End[right - 1][row] = Even(seam + half);
            }
        }

        return layout;
    }

    /// <summary>The run of columns that a camera's picture covers, per pair of rows; empty where it covers none.</summary>
    private static (int Start, int End)[] SeenColumns(PanoramaGeometry geometry, CameraModel camera, int rows)
    {
        var seen = new (int Start, int End)[rows];
        const int Step = 4;
        Parallel.For(0, rows, row =>
        {
            var (start, end) = (-1, -1);
            for (var column = 0; column < geometry.Width; column += Step)
            {
                if (Sees(geometry, camera, column, (2 * row) + 0.5))
                {
                    start = start < 0 ? column : start;
                    end = column + Step;
                }
            }

            seen[row] = start < 0 ? (0, 0) : (Even(start), Math.Min(Even(end), geometry.Width));
        });
        return seen;
    }

    internal static bool Sees(PanoramaGeometry geometry, CameraModel camera, double column, double row)
    {
        const double Margin = 2;
        return camera.TryProject(Direction(geometry, column, row), out var u, out var v)
            && u >= Margin && v >= Margin && u <= camera.Lens.Width - 1 - Margin && v <= camera.Lens.Height - 1 - Margin;
    }

    internal static Vector3d Direction(PanoramaGeometry geometry, double column, double row)
    {
        var (s, c) = Math.SinCos(geometry.YawOf(column));
        return new(s, (row - geometry.HorizonRow) / geometry.FocalPx, c);
    }

    /// <summary>Least squares line through the middle of the overlap, over the rows that have one.</summary>
    private static (double Offset, double Slope) MiddleLine((int Start, int End)[] left, (int Start, int End)[] right, int width)
    {
        double n = 0, sr = 0, sm = 0, srr = 0, srm = 0;
        for (var row = 0; row < left.Length; row++)
        {
            if (right[row].Start < left[row].End && right[row].End > right[row].Start)
            {
                var middle = (right[row].Start + left[row].End) / 2.0;
                n++;
                sr += row;
                sm += middle;
                srr += (double)row * row;
                srm += row * middle;
            }
        }

        if (n < 2)
        {
            return (width / 2.0, 0);
        }

        var slope = ((n * srm) - (sr * sm)) / Math.Max(1e-9, (n * srr) - (sr * sr));
        return ((sm - (slope * sr)) / n, slope);
    }

    private static int Even(double value) => (int)Math.Round(value / 2) * 2;
}
