using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Ingest.Stitch.Pitch;

/// <summary>Pixels of a background panorama that look like a painted line: a narrow bright ridge with grass on both sides.</summary>
internal static class LineMask
{
    private const int ContrastMin = 4;

    /// <summary>Grass has ridges of its own; paint stands out from those around it by this factor.</summary>
    private const double Outstanding = 3;

    /// <summary>A line itself says nothing about the grass around it.</summary>
    private const byte GrassContrastMax = 8;

    /// <summary>Both sides are the same grass.</summary>
    private const int SidesDifferenceMax = 22;

    /// <summary>Pixels.</summary>
    private const int LineLengthMin = 10;
    private const int Neighbourhood = 16;
    private const double RidgeShareMax = 0.3;
    private const double GrassShareMin = 0.6;

    /// <summary>Ridge half-widths looked for, pixels.</summary>
    private static readonly int[] Reaches = [2, 4, 7];

    public static bool[] Find(PanoramaGeometry geometry, IReadOnlyList<CameraModel> cameras, IReadOnlyList<MedianPicture> backgrounds)
    {
        var (width, height) = (geometry.Width, geometry.Height);
        var luma = new byte[width * height];
        var grass = new bool[width * height];
        Parallel.For(0, height, row =>
        {
            for (var column = 0; column < width; column++)
            {
                var direction = PanoramaLayout.Direction(geometry, column, row);
                for (var c = 0; c < cameras.Count; c++)
                {
                    if (PanoramaLayout.Sees(geometry, cameras[c], column, row) && cameras[c].TryProject(direction, out var u, out var v))
                    {
                        var (seen, at) = (backgrounds[c], (row * width) + column);
                        luma[at] = MeanAround(seen, u, v, (int)Math.Clamp(cameras[c].Lens.Fx / geometry.FocalPx / 2, 0, 4));
                        var chroma = ((int)v / 2 * seen.Width / 2) + ((int)u / 2);
                        // Grass is greener than blue and no redder than grey.
                        grass[at] = seen.U[chroma] < 126 && seen.V[chroma] < 130 && luma[at] > 20;
                        break;
                    }
                }
            }
        });

        var contrast = new byte[width * height];
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                contrast[(y * width) + x] = (byte)Contrast(x, y);
            }
        });
        var around = Integral(contrast.Select(c => Math.Min(c, GrassContrastMax)).ToArray(), width, height);
        var mask = new bool[width * height];
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                var here = contrast[(y * width) + x];
                mask[(y * width) + x] = here >= ContrastMin && here > Outstanding * Mean(around, x, y, width, height);
            }
        });
        return WithoutSpecks(OnGrass(mask, grass, width, height), width, height);

        // How far the pixel stands out from grass on both sides, in the better direction and at the best width.
        int Contrast(int x, int y)
        {
            var best = 0;
            foreach (var reach in Reaches)
            {
                if (x >= reach && y >= reach && x < width - reach && y < height - reach)
                {
                    best = Math.Max(best, Math.Max(Across(x, y, reach, 0), Across(x, y, 0, reach)));
                }
            }

            return best;
        }

        int Across(int x, int y, int dx, int dy)
        {
            var here = luma[(y * width) + x];
            var (i, j) = (((y - dy) * width) + x - dx, ((y + dy) * width) + x + dx);
            return grass[i] && grass[j] && Math.Abs(luma[i] - luma[j]) < SidesDifferenceMax ? here - Math.Max(luma[i], luma[j]) : 0;
        }
    }

    private static byte MeanAround(MedianPicture seen, double u, double v, int reach)
    {
        var (sum, n) = (0, 0);
        for (var y = Math.Max(0, (int)(v + 0.5) - reach); y <= Math.Min(seen.Height - 1, (int)(v + 0.5) + reach); y++)
        {
            for (var x = Math.Max(0, (int)(u + 0.5) - reach); x <= Math.Min(seen.Width - 1, (int)(u + 0.5) + reach); x++)
            {
                sum += seen.Y[(y * seen.Width) + x];
                n++;
            }
        }

        return (byte)(sum / n);
    }

    /// <summary>Leaves out bright spots of trees and crowds: a line is thin, and what surrounds it is grass.</summary>
    private static bool[] OnGrass(bool[] mask, bool[] grass, int width, int height)
    {
        var ridges = Integral(mask.Select(m => m ? (byte)1 : (byte)0).ToArray(), width, height);
        var green = Integral(grass.Select(g => g ? (byte)1 : (byte)0).ToArray(), width, height);
        var kept = new bool[mask.Length];
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                var at = (y * width) + x;
                kept[at] = mask[at] && Mean(ridges, x, y, width, height) < RidgeShareMax && Mean(green, x, y, width, height) > GrassShareMin;
            }
        });
        return kept;
    }

    /// <summary>Leaves out what is too short to be a line.</summary>
    private static bool[] WithoutSpecks(bool[] mask, int width, int height)
    {
        var kept = new bool[mask.Length];
        var visited = new bool[mask.Length];
        var piece = new List<int>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (!mask[start] || visited[start])
            {
                continue;
            }

            piece.Clear();
            piece.Add(start);
            visited[start] = true;
            var (x0, x1, y0, y1) = (width, 0, height, 0);
            for (var next = 0; next < piece.Count; next++)
            {
                var (x, y) = (piece[next] % width, piece[next] / width);
                (x0, x1, y0, y1) = (Math.Min(x0, x), Math.Max(x1, x), Math.Min(y0, y), Math.Max(y1, y));
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
                    {
                        var neighbour = (ny * width) + nx;
                        if (mask[neighbour] && !visited[neighbour])
                        {
                            visited[neighbour] = true;
                            piece.Add(neighbour);
                        }
                    }
                }
            }

            if (Math.Max(x1 - x0, y1 - y0) >= LineLengthMin)
            {
                piece.ForEach(at => kept[at] = true);
            }
        }

        return kept;
    }

    private static double Mean(int[] integral, int x, int y, int width, int height)
    {
        var (x0, x1) = (Math.Max(0, x - Neighbourhood), Math.Min(width, x + Neighbourhood + 1));
        var (y0, y1) = (Math.Max(0, y - (Neighbourhood / 2)), Math.Min(height, y + (Neighbourhood / 2) + 1));
        var sum = integral[(y1 * (width + 1)) + x1] - integral[(y0 * (width + 1)) + x1] - integral[(y1 * (width + 1)) + x0] + integral[(y0 * (width + 1)) + x0];
        return (double)sum / ((x1 - x0) * (y1 - y0));
    }

    private static int[] Integral(byte[] values, int width, int height)
    {
        var integral = new int[(width + 1) * (height + 1)];
        for (var y = 0; y < height; y++)
        {
            var row = 0;
            for (var x = 0; x < width; x++)
            {
                row += values[(y * width) + x];
                integral[((y + 1) * (width + 1)) + x + 1] = integral[(y * (width + 1)) + x + 1] + row;
            }
        }

        return integral;
    }
}
