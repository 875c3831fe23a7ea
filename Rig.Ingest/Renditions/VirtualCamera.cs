using Rig.Domain.Match;

namespace Rig.Ingest.Renditions;

/// <summary>
/// Cuts an ordinary, straight-lined view out of a cylindrical panorama. Where each pixel comes from is computed exactly on a grid
/// of 8 pixels and interpolated between, which is off by less than 0.1 pixel at the angles of view used here.
/// </summary>
internal sealed class VirtualCamera
{
    private const int Cell = 8;
    private readonly PanoramaGeometry geometry;
    private readonly int gridWidth;
    private readonly int gridHeight;
    private readonly float[] gridU;
    private readonly float[] gridV;

    /// <param name="width">Of the view, a multiple of 8, as is <paramref name="height"/>.</param>
    public VirtualCamera(PanoramaGeometry geometry, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % Cell, 0, nameof(width));
        ArgumentOutOfRangeException.ThrowIfNotEqual(height % Cell, 0, nameof(height));
        this.geometry = geometry;
        Width = width;
        Height = height;
        gridWidth = (width / Cell) + 1;
        gridHeight = (height / Cell) + 1;
        gridU = new float[gridWidth * gridHeight];
        gridV = new float[gridWidth * gridHeight];
    }

    public int Width { get; }

    public int Height { get; }

    /// <param name="panorama">I420, the panorama's size.</param>
    /// <param name="view">I420, the view's size; filled.</param>
    public void Render(byte[] panorama, FollowKey look, byte[] view)
    {
        Aim(look);
        var (pw, ph) = (geometry.Width, geometry.Height);
        var planes = new[]
        {
            (From: 0, FromWidth: pw, FromHeight: ph, To: 0, ToWidth: Width, ToHeight: Height, Shift: 0),
            (From: pw * ph, FromWidth: pw / 2, FromHeight: ph / 2, To: Width * Height, ToWidth: Width / 2, ToHeight: Height / 2, Shift: 1),
            (From: pw * ph * 5 / 4, FromWidth: pw / 2, FromHeight: ph / 2, To: Width * Height * 5 / 4, ToWidth: Width / 2, ToHeight: Height / 2, Shift: 1),
        };
        foreach (var plane in planes)
        {
            var cell = Cell >> plane.Shift;
            var scale = plane.Shift == 0 ? 1f : 0.5f;
            var border = plane.Shift == 0 ? (byte)16 : (byte)128;
            Parallel.For(0, gridHeight - 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, row =>
            {
                var from = panorama.AsSpan(plane.From, plane.FromWidth * plane.FromHeight);
                for (var column = 0; column < gridWidth - 1; column++)
                {
                    var to = view.AsSpan(plane.To + (row * cell * plane.ToWidth) + (column * cell));
                    RenderCell((row * gridWidth) + column, cell, scale, border, from, plane.FromWidth, plane.FromHeight, to, plane.ToWidth);
                }
            });
        }
    }

    private void RenderCell(int corner, int cell, float scale, byte border, ReadOnlySpan<byte> from, int fromWidth, int fromHeight, Span<byte> to, int toStride)
    {
        // A chroma sample sits between two luma rows and columns; half a luma pixel is lost in the noise of 4:2:0.
        var (u00, u10, u01, u11) = (gridU[corner] * scale, gridU[corner + 1] * scale, gridU[corner + gridWidth] * scale, gridU[corner + gridWidth + 1] * scale);
        var (v00, v10, v01, v11) = (gridV[corner] * scale, gridV[corner + 1] * scale, gridV[corner + gridWidth] * scale, gridV[corner + gridWidth + 1] * scale);
        if (Inside(u00, v00) && Inside(u10, v10) && Inside(u01, v01) && Inside(u11, v11))
        {
            RenderWhole(cell, (u00, v00), (u10, v10), (u01, v01), (u11, v11), from, fromWidth, to, toStride);
            return;
        }

        for (var y = 0; y < cell; y++)
        {
            var fy = (float)y / cell;
            var (u, v) = (u00 + (fy * (u01 - u00)), v00 + (fy * (v01 - v00)));
            var du = (u10 + (fy * (u11 - u10)) - u) / cell;
            var dv = (v10 + (fy * (v11 - v10)) - v) / cell;
            var line = to.Slice(y * toStride, cell);
            for (var x = 0; x < cell; x++, u += du, v += dv)
            {
                var (iu, iv) = ((int)MathF.Floor(u), (int)MathF.Floor(v));
                if (iu < 0 || iv < 0 || iu >= fromWidth - 1 || iv >= fromHeight - 1)
                {
                    line[x] = border;
                    continue;
                }

                var (wu, wv) = (u - iu, v - iv);
                var at = (iv * fromWidth) + iu;
                var top = from[at] + (wu * (from[at + 1] - from[at]));
                var bottom = from[at + fromWidth] + (wu * (from[at + fromWidth + 1] - from[at + fromWidth]));
                line[x] = (byte)(top + (wv * (bottom - top)) + 0.5f);
            }
        }

        bool Inside(float u, float v) => u >= 1 && v >= 1 && u < fromWidth - 2 && v < fromHeight - 2;
    }

    /// <summary>A cell that lies in the panorama with all its corners: nearly every one. Places in 1/65536 of a pixel, weights in 1/256.</summary>
    private static void RenderWhole(
        int cell, (float U, float V) a, (float U, float V) b, (float U, float V) c, (float U, float V) d, ReadOnlySpan<byte> from, int fromWidth, Span<byte> to, int toStride)
    {
        for (var y = 0; y < cell; y++)
        {
            var fy = (float)y / cell;
            var (u, v) = (a.U + (fy * (c.U - a.U)), a.V + (fy * (c.V - a.V)));
            var du = (int)((b.U + (fy * (d.U - b.U)) - u) * 65536 / cell);
            var dv = (int)((b.V + (fy * (d.V - b.V)) - v) * 65536 / cell);
            BilinearRow.Sample(from, fromWidth, (int)(u * 65536), (int)(v * 65536), du, dv, to.Slice(y * toStride, cell));
        }
    }

    private void Aim(FollowKey look)
    {
        const double toRad = Math.PI / 180;
        var focal = Width / 2.0 / Math.Tan(look.FovDeg * toRad / 2);
        var yaw = look.YawDeg * toRad;
        var (c, s) = (Math.Cos(look.PitchDeg * toRad), Math.Sin(look.PitchDeg * toRad));
        for (var row = 0; row < gridHeight; row++)
        {
            for (var column = 0; column < gridWidth; column++)
            {
                var x = ((column * Cell) - (Width / 2.0)) / focal;
                var y = ((row * Cell) - (Height / 2.0)) / focal;
                var down = (y * c) + s;
                var ahead = c - (y * s);
                gridU[(row * gridWidth) + column] = (float)(geometry.CenterColumn + (geometry.FocalPx * (yaw + Math.Atan2(x, ahead))));
                gridV[(row * gridWidth) + column] = (float)(geometry.HorizonRow + (geometry.FocalPx * down / Math.Sqrt((x * x) + (ahead * ahead))));
            }
        }
    }
}
