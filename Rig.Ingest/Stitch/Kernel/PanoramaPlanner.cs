using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;

namespace Rig.Ingest.Stitch.Kernel;

/// <summary>Chooses the panorama's scale and crop from what the cameras see.</summary>
internal static class PanoramaPlanner
{
    private const double DegreesPerStep = 0.25;
    private const double RadiansPerStep = DegreesPerStep * Math.PI / 180;
    private const int YawSteps = (int)(360 / DegreesPerStep);

    /// <summary>Up to this steep the cylinder is looked at, as tangent of the elevation.</summary>
    public const double TangentMax = 1.2;
    private const int TangentSteps = 480;

    /// <summary>
    /// A row stays when at least this share of the panorama's width shows something. The first of these is tried first, for a rim without
    /// black; a later one where that would cut off too much of what was filmed.
    /// </summary>
    private static readonly double[] RowCoverages = [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.02];

    /// <summary>Of a row's.</summary>
    private const double ColumnCoverage = 0.7;

    /// <summary>Sky above this height over the pitch is cut.</summary>
    private const double HeightKeptM = 14;

    /// <param name="cameras">Levelled.</param>
    /// <param name="pitch">Where known, cuts the sky.</param>
    public static PanoramaGeometry Plan(IReadOnlyList<CameraModel> cameras, PitchRegistration? pitch, int maxWidth)
    {
        var unit = new PanoramaGeometry { Width = YawSteps, Height = TangentSteps, FocalPx = 1, CenterColumn = 0, HorizonRow = 0, Pitch = pitch };
        var covered = new bool[YawSteps, TangentSteps];
        Parallel.For(0, YawSteps, yaw =>
        {
            for (var row = 0; row < TangentSteps; row++)
            {
                covered[yaw, row] = cameras.Any(c => PanoramaLayout.Sees(unit, c, YawAt(yaw), TangentAt(row)));
            }
        });

        PanoramaGeometry plan;
        var at = 0;
        do
        {
            plan = Crop(cameras, pitch, maxWidth, unit, covered, RowCoverages[at++]);
        }
        while (at < RowCoverages.Length && ShownShare.Of(cameras, plan) < ShownShare.Min);

        return plan;
    }

    private static PanoramaGeometry Crop(IReadOnlyList<CameraModel> cameras, PitchRegistration? pitch, int maxWidth, PanoramaGeometry unit, bool[,] covered, double rowCoverage)
    {
        var (left, right) = Range(YawSteps, yaw => Enumerable.Range(0, TangentSteps).Any(row => covered[yaw, row]));
        var (top, bottom) = Range(TangentSteps, row => Share(left, right, yaw => covered[yaw, row]) >= rowCoverage);
        if (pitch is not null && SkyLine(unit, pitch) is { } skyLine)
        {
            top = Math.Max(top, Math.Min(bottom - 20, (int)((skyLine + TangentMax) / (2 * TangentMax / TangentSteps))));
        }

        (left, right) = Range(YawSteps, yaw => Share(top, bottom, row => covered[yaw, row]) >= ColumnCoverage * rowCoverage);

        var span = YawAt(right) - YawAt(left);
        var focal = Math.Min(cameras.Max(c => c.Lens.Fx), maxWidth / span);
        var width = Math.Max(2, (int)(focal * span) & ~1);
        var height = Math.Max(2, (int)(focal * (TangentAt(bottom) - TangentAt(top))) & ~1);
        return new PanoramaGeometry
        {
            Width = width,
            Height = height,
            FocalPx = focal,
            CenterColumn = -focal * YawAt(left),
            HorizonRow = -focal * TangentAt(top),
            Pitch = pitch,
        };
    }

    private static double YawAt(int step) => (step * RadiansPerStep) - Math.PI;

    private static double TangentAt(int step) => ((step * 2.0 / TangentSteps) - 1) * TangentMax;

    /// <summary>Tangent of the elevation of the highest thing worth showing: over the pitch's far edge, seen all along it.</summary>
    private static double? SkyLine(PanoramaGeometry unit, PitchRegistration pitch)
    {
        double? highest = null;
        for (var x = 0.0; x <= pitch.LengthM; x += pitch.LengthM / 20)
        {
            if (unit.TryToPixel(x, pitch.WidthM, HeightKeptM, out _, out var v))
            {
                highest = Math.Min(highest ?? v, v);
            }
        }

        return highest;
    }

    private static double Share(int start, int end, Func<int, bool> holds) =>
        end <= start ? 0 : Enumerable.Range(start, end - start).Count(holds) / (double)(end - start);

    /// <summary>From the first to one past the last step for which the condition holds.</summary>
    private static (int Start, int End) Range(int count, Func<int, bool> holds)
    {
        var (start, end) = (-1, -1);
        for (var i = 0; i < count; i++)
        {
            if (holds(i))
            {
                start = start < 0 ? i : start;
                end = i + 1;
            }
        }

        return start < 0 ? (0, count) : (start, end);
    }
}
