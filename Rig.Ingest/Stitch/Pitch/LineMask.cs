using Rig.Actors.Pipeline;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Ingest.Stitch.Pitch;

/// <summary>Pixels of a background panorama that look like a painted line: a narrow bright ridge with grass on both sides.</summary>
internal static class LineMask
{
    private const int Contrast = 7;

    /// <summary>Both sides are the same grass.</summary>
    private const int SidesDifferenceMax = 22;

    private const int Neighbourhood = 16;
    private const double RidgeShareMax = 0.3;
    private const double GrassShareMin = 0.6;

    /// <summary>Ridge half-widths looked for, pixels.</summary>
    private static readonly int[] Reaches = [2, 4, 7];

    public static bool[] Find(PanoramaGeometry geometry, IReadOnlyList<CameraModel> cameras, IReadOnlyList<Background> backgrounds)
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
                        luma[at] = seen.Y[((int)(v + 0.5) * seen.Width) + (int)(u + 0.5)];
                        var chroma = ((int)v / 2 * seen.Width / 2) + ((int)u / 2);
                        // Grass is greener than blue and no redder than grey.
                        grass[at] = seen.U[chroma] < 126 && seen.V[chroma] < 130 && luma[at] > 20;
                        break;
                    }
                }
            }
        });

        var mask = new bool[width * height];
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                mask[(y * width) + x] = IsRidge(x, y);
            }
        });
        return OnGrass(mask, grass, width, height);

        bool IsRidge(int x, int y)
        {
            foreach (var reach in Reaches)
            {
                if (x < reach || y < reach || x >= width - reach || y >= height - reach)
                {
                    return false;
                }

                if (Across(x, y, reach, 0) || Across(x, y, 0, reach))
                {
                    return true;
                }
            }

            return false;
        }

        bool Across(int x, int y, int dx, int dy)
        {
            var here = luma[(y * width) + x];
            var (i, j) = (((y - dy) * width) + x - dx, ((y + dy) * width) + x + dx);
            return grass[i] && grass[j] && here - luma[i] > Contrast && here - luma[j] > Contrast && Math.Abs(luma[i] - luma[j]) < SidesDifferenceMax;
        }
    }

    /// <summary>Leaves out bright spots of trees and crowds: a line is thin, and what surrounds it is grass.</summary>
    private static bool[] OnGrass(bool[] mask, bool[] grass, int width, int height)
    {
        var (ridges, green) = (Integral(mask, width, height), Integral(grass, width, height));
        var kept = new bool[mask.Length];
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
            {
                var at = (y * width) + x;
                if (mask[at])
                {
                    var (x0, x1) = (Math.Max(0, x - Neighbourhood), Math.Min(width, x + Neighbourhood + 1));
                    var (y0, y1) = (Math.Max(0, y - (Neighbourhood / 2)), Math.Min(height, y + (Neighbourhood / 2) + 1));
                    var area = (x1 - x0) * (y1 - y0);
                    kept[at] = Sum(ridges) < RidgeShareMax * area && Sum(green) > GrassShareMin * area;

                    int Sum(int[] integral) =>
                        integral[(y1 * (width + 1)) + x1] - integral[(y0 * (width + 1)) + x1] - integral[(y1 * (width + 1)) + x0] + integral[(y0 * (width + 1)) + x0];
                }
            }
        });
        return kept;
    }

    private static int[] Integral(bool[] marked, int width, int height)
    {
        var integral = new int[(width + 1) * (height + 1)];
        for (var y = 0; y < height; y++)
        {
            var row = 0;
            for (var x = 0; x < width; x++)
            {
                row += marked[(y * width) + x] ? 1 : 0;
                integral[((y + 1) * (width + 1)) + x + 1] = integral[(y * (width + 1)) + x + 1] + row;
            }
        }

        return integral;
    }
}
