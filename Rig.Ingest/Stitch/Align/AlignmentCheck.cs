using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Ingest.Stitch.Align;

/// <summary>What an alignment claims, in figures that can be held against what cameras can do.</summary>
/// <param name="FilledShare">Share of the panorama's picture that some camera fills.</param>
/// <param name="UnionShare">Share of what the cameras see that the panorama shows, as <see cref="ShownShare"/> measures it.</param>
/// <param name="FieldOfViewDegrees">Of the panorama, from left to right.</param>
internal sealed record AlignmentFigures(double FilledShare, double UnionShare, double FieldOfViewDegrees);

/// <summary>
/// Holds a finished alignment against what is possible, before a stage says that it is done: a wrong one is made of numbers that look
/// as good as any.
/// </summary>
internal static class AlignmentCheck
{
    /// <summary>Less of a panorama has black wedges that no rig of neighbouring cameras leaves.</summary>
    private const double FilledShareMin = 0.8;

    /// <summary>Of a camera's picture that its lens model must explain.</summary>
    private const double LensShareMin = 0.95;

    private const double LensDegreesMin = 8;
    private const double LensDegreesMax = 178;

    /// <summary>A tilted camera's picture covers more of the horizon than its lens is wide.</summary>
    private const double TiltAllowance = 1.5;

    private const double OverlapShareMax = 0.97;

    /// <summary>Matches lie within the gate by chance at this share of their number, or less.</summary>
    private const double AgreeingShareMin = 0.3;
    private const int HeldOutMin = 4;

    /// <summary>Beyond this people are cut visibly at the seam; larger pictures show more of the parallax, in proportion.</summary>
    private const double SeamErrorPxMax = 1.5;
    private const double SeamErrorWidth = 1280;

    /// <summary>A rig that films less of a pitch films none, or its place over the pitch is wrong.</summary>
    private const double PitchShareMin = 0.2;

    private const int GridColumns = 200;
    private const int GridRows = 60;

    /// <param name="names">The cameras', left to right.</param>
    /// <exception cref="StageFailedException">The lens or the direction of a camera cannot be right, or the panorama does not show what they see.</exception>
    public static AlignmentFigures OfGeometry(IReadOnlyList<string> names, IReadOnlyList<CameraModel> cameras, PanoramaGeometry panorama)
    {
        for (var i = 0; i < cameras.Count; i++)
        {
            CheckLens(names[i], cameras[i].Lens);
        }

        for (var right = 1; right < cameras.Count; right++)
        {
            CheckPair(names[right - 1], cameras[right - 1], names[right], cameras[right]);
        }

        var figures = new AlignmentFigures(
            Math.Round(FilledShare(cameras, panorama), 3), Math.Round(ShownShare.Of(cameras, panorama), 3), Math.Round(Degrees(panorama.Width / panorama.FocalPx), 1));
        var together = cameras.Sum(c => LensDegrees(c.Lens));
        if (figures.FieldOfViewDegrees > Math.Min(359, TiltAllowance * together))
        {
            throw Implausible($"the panorama would be {figures.FieldOfViewDegrees:F0} degrees wide, but the cameras together see {together:F0}");
        }

        if (figures.FilledShare < FilledShareMin)
        {
            throw Implausible($"only {100 * figures.FilledShare:F0} % of the panorama would show something");
        }

        if (panorama.Pitch is not null && PitchShare(cameras, panorama) is var pitchShare && pitchShare < PitchShareMin)
        {
            throw Implausible($"only {100 * pitchShare:F0} % of the pitch would be in the panorama ({100 * PitchShareMin:F0} % are needed), so the rig cannot stand where its place over the pitch says");
        }

        return figures.UnionShare >= ShownShare.Min
            ? figures
            : throw Implausible($"the panorama would show only {100 * figures.UnionShare:F0} % of what the cameras see");
    }

    /// <param name="agreeing">Matches that lie where the alignment says, of all that agree among themselves.</param>
    /// <param name="heldOut">How many matches the error was measured on.</param>
    /// <exception cref="StageFailedException">The error at the seam is no better than chance, or would be seen.</exception>
    public static void OfSeam(double agreeing, int heldOut, double seamErrorPx, int cameraWidth)
    {
        if (heldOut < HeldOutMin)
        {
            throw Implausible($"only {heldOut} points are left to measure the seam by");
        }

        if (agreeing < AgreeingShareMin)
        {
            throw Implausible($"only {100 * agreeing:F0} % of the points that both neighbours show lie where it says, which is chance");
        }

        var max = SeamErrorPxMax * Math.Max(1, cameraWidth / SeamErrorWidth);
        if (!(seamErrorPx <= max))
        {
            throw Implausible($"neighbours would show one thing {seamErrorPx:F1} pixels apart at the seam ({max:F1} at most)");
        }
    }

    private static void CheckLens(string name, CameraLens lens)
    {
        var degrees = LensDegrees(lens);
        if (!double.IsFinite(degrees) || degrees is < LensDegreesMin or > LensDegreesMax)
        {
            throw Implausible($"the lens of {name} would see {degrees:F0} degrees");
        }

        var seen = Share(GridColumns, GridRows, (column, row) =>
        {
            var (u, v) = (column * (lens.Width - 1), row * (lens.Height - 1));
            return lens.TryProject(lens.Unproject(u, v), out var pu, out var pv) && Math.Abs(pu - u) + Math.Abs(pv - v) < 2;
        });
        if (seen < LensShareMin)
        {
            throw Implausible($"the lens found for {name} explains only {100 * seen:F0} % of its picture");
        }
    }

    private static void CheckPair(string leftName, CameraModel left, string rightName, CameraModel right)
    {
        var relative = left.ToRig.Transposed * right.ToRig;
        var ahead = relative.Column2;
        if (ahead.X < 0)
        {
            throw new StageFailedException($"{leftName} looks further to the right than {rightName}: the cameras are swapped, or their files are. Exchange {leftName} and {rightName}, and run the session's alignment again.");
        }

        var overlap = Share(GridColumns, GridRows, (column, row) =>
            right.TryProject(left.RayOf(column * (left.Lens.Width - 1), row * (left.Lens.Height - 1)), out var u, out var v)
            && u >= 0 && v >= 0 && u < right.Lens.Width && v < right.Lens.Height);
        if (overlap == 0)
        {
            throw Implausible($"{leftName} and {rightName} would not overlap");
        }

        if (overlap > OverlapShareMax)
        {
            throw Implausible($"{leftName} and {rightName} would see the same");
        }
    }

    private static double FilledShare(IReadOnlyList<CameraModel> cameras, PanoramaGeometry panorama) => Share(2 * GridColumns, GridRows, (column, row) =>
    {
        var direction = PanoramaLayout.Direction(panorama, column * (panorama.Width - 1), row * (panorama.Height - 1));
        return cameras.Any(c => c.TryProject(direction, out var u, out var v) && u >= -1 && v >= -1 && u <= c.Lens.Width && v <= c.Lens.Height);
    });

    /// <summary>Of the pitch's ground, what some camera shows within the panorama.</summary>
    private static double PitchShare(IReadOnlyList<CameraModel> cameras, PanoramaGeometry panorama) => Share(GridColumns, GridRows, (along, across) =>
        panorama.TryToPixel(along * panorama.Pitch!.LengthM, across * panorama.Pitch.WidthM, 0, out var u, out var v)
        && u >= 0 && v >= 0 && u <= panorama.Width && v <= panorama.Height
        && cameras.Any(c => c.TryProject(PanoramaLayout.Direction(panorama, u, v), out var cu, out var cv) && cu >= 0 && cv >= 0 && cu < c.Lens.Width && cv < c.Lens.Height));

    private static double LensDegrees(CameraLens lens)
    {
        var (left, right) = (lens.Unproject(0, lens.Cy), lens.Unproject(lens.Width - 1, lens.Cy));
        return Degrees(Math.Atan2(right.X, right.Z) - Math.Atan2(left.X, left.Z));
    }

    private static double Degrees(double radians) => radians * 180 / Math.PI;

    /// <param name="holds">Asked at places from 0 to 1 in both directions.</param>
    private static double Share(int columns, int rows, Func<double, double, bool> holds)
    {
        var count = 0;
        for (var i = 0; i < columns * rows; i++)
        {
            count += holds(((i % columns) + 0.5) / columns, ((i / columns) + 0.5) / rows) ? 1 : 0;
        }

        return (double)count / (columns * rows);
    }

    private static StageFailedException Implausible(FormattableString why) => new(
        "The cameras' pictures were matched, but the result cannot be right: " + FormattableString.Invariant(why)
        + ". Check that every camera shows its neighbour's side of the pitch sharply, or give the lenses by checkerboard pictures.");
}
