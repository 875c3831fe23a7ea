using Rig.Actors.Pipeline;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Vision;

namespace Rig.Ingest.Stitch.Align;

/// <param name="HeldOut">Matches that the fit never saw.</param>
/// <param name="AgreeingShare">Of the matches that agree among themselves, those that lie where the cameras' directions say.</param>
internal sealed record AlignedRig(CameraModel[] Cameras, IReadOnlyList<SeamMatch> Fitted, IReadOnlyList<SeamMatch> HeldOut, double AgreeingShare);

/// <param name="Lens">Null where nothing is known of it.</param>
internal sealed record CameraView(string Name, GrayPicture Picture, CameraLens? Lens, LensUncertainty Uncertainty);

/// <summary>Finds the cameras' relative rotations, and refines their lenses, from what neighbours both see.</summary>
internal static class RigAlignment
{
    private const int MatchesMin = 30;

    /// <summary>Loose enough to keep what an imperfect lens displaces; only wrong matches lie further off. Pixels of the camera's picture.</summary>
    private const double GatePx = 12;

    /// <summary>Widths tried for a lens of which nothing is known.</summary>
    private static readonly double[] FovGuessesDegrees = [70, 90, 55, 110];

    /// <exception cref="StageFailedException">A camera shows nothing, or cameras are swapped, or neighbours have too little in common.</exception>
    public static AlignedRig Align(IReadOnlyList<CameraView> views, ILogger logger, CancellationToken cancellationToken)
    {
        OverlapFailure.RefuseBlind(views);
        var lenses = views.Select(v => v.Lens).ToArray();
        if (lenses.Any(l => l is null))
        {
            GuessLenses(views, lenses, logger, cancellationToken);
        }

        var cameras = new CameraModel[views.Count];
        cameras[0] = new CameraModel(lenses[0]!, Rotation.Identity);
        for (var right = 1; right < views.Count; right++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var matches = FindMatches(views, lenses, right, tolerance: 0.01);
            var consistent = matches.Where(m => m.Consistent).ToList();
            if (consistent.Count < MatchesMin)
            {
                throw OverlapFailure.Explain([.. views.Select(v => v.Name)], right - 1, consistent.Count, MatchesMin, (l, r) => CountAgreeing(views, l, r, cancellationToken));
            }

            cameras[right] = new CameraModel(lenses[right]!, cameras[right - 1].ToRig * RelativeRotation(lenses[right - 1]!, lenses[right]!, consistent));
            var pair = RigRefinement.Refine(
                cameras[..(right + 1)],
                [.. views.Take(right + 1).Select((v, i) => i >= right - 1 ? v.Uncertainty : null)],
                [.. consistent.Where(m => !IsHeldOut(m))],
                fixedCamera: right - 1,
                robustPx: 6);
            // A camera between two others is refined twice; what it learned from its left neighbour carries over.
            pair.Cameras.CopyTo(cameras, 0);
            for (var i = 0; i <= right; i++)
            {
                lenses[i] = cameras[i].Lens;
            }

            logger.LogInformation("{Left} and {Right}: {Consistent} of {Found} matches agree", views[right - 1].Name, views[right].Name, consistent.Count, matches.Count);
        }

        return Polish(views, cameras, logger, cancellationToken);
    }

    /// <summary>Every fifth match, by its place in the picture, so that the same match is never on both sides.</summary>
    internal static bool IsHeldOut(SeamMatch match) => ((int)(match.LeftU * 7.31) + ((int)(match.LeftV * 3.77) * 31)) % 5 == 0;

    /// <summary>Matches again with the refined lenses, which finds more, and fits all cameras at once.</summary>
    private static AlignedRig Polish(IReadOnlyList<CameraView> views, CameraModel[] cameras, ILogger logger, CancellationToken cancellationToken)
    {
        var lenses = cameras.Select(c => (CameraLens?)c.Lens).ToArray();
        var candidates = new List<SeamMatch>();
        for (var right = 1; right < views.Count; right++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            candidates.AddRange(FindMatches(views, lenses, right, tolerance: 0.006));
        }

        var start = cameras.Select((c, i) => c with { Lens = views[i].Lens ?? c.Lens }).ToArray();
        var near = candidates.Where(m => TransferErrorPx(cameras, m) <= GatePx).ToList();
        var fitted = near.Where(m => !IsHeldOut(m)).ToList();
        var heldOut = near.Where(IsHeldOut).ToList();
        var fixedCamera = views.Count / 2;
        var coarse = RigRefinement.Refine(start, [.. views.Select(v => v.Uncertainty)], fitted, fixedCamera, robustPx: 6);
        var fine = RigRefinement.Refine(start, [.. views.Select(v => v.Uncertainty)], fitted, fixedCamera, robustPx: 2);
        var best = Median(fitted, fine.Cameras) <= Median(fitted, coarse.Cameras) ? fine : coarse;
        logger.LogInformation("Refined {Cameras} cameras on {Fitted} matches, {HeldOut} held out", views.Count, fitted.Count, heldOut.Count);
        var consistent = candidates.Where(m => m.Consistent).ToList();
        var agreeing = consistent.Count(m => TransferErrorPx(best.Cameras, m) <= GatePx) / (double)Math.Max(1, consistent.Count);
        return new AlignedRig(best.Cameras, fitted, heldOut, agreeing);
    }

    private static double Median(List<SeamMatch> matches, CameraModel[] cameras)
    {
        var errors = matches.Select(m => TransferErrorPx(cameras, m)).Order().ToArray();
        return errors.Length == 0 ? double.PositiveInfinity : errors[errors.Length / 2];
    }

    /// <summary>Distance between where the right camera sees the match and where the left camera's ray says it is.</summary>
    internal static double TransferErrorPx(CameraModel[] cameras, SeamMatch match) =>
        cameras[match.Right].TryProject(cameras[match.Left].RayOf(match.LeftU, match.LeftV), out var u, out var v)
            ? Math.Sqrt(((u - match.RightU) * (u - match.RightU)) + ((v - match.RightV) * (v - match.RightV)))
            : double.PositiveInfinity;

    private static List<SeamMatch> FindMatches(IReadOnlyList<CameraView> views, CameraLens?[] lenses, int right, double tolerance) =>
        SeamMatcher.Match(right - 1, lenses[right - 1]!, views[right - 1].Picture, right, lenses[right]!, views[right].Picture, tolerance);

    /// <summary>The right camera's axes in the left one's: starts at the turn that the fields of view suggest, and lets go of outliers in steps.</summary>
    private static Rotation RelativeRotation(CameraLens left, CameraLens right, List<SeamMatch> matches)
    {
        var used = matches.Where(m => !IsHeldOut(m)).Select(m => m with { Left = 0, Right = 1 }).ToList();
        var yaw = 0.75 * (left.Unproject(left.Width - 1, left.Cy).Angle() + right.Unproject(right.Width - 1, right.Cy).Angle());
        CameraModel[] cameras = [new(left, Rotation.Identity), new(right, Rotation.FromYaw(yaw))];
        foreach (var robustPx in new[] { 400.0, 60, 15 })
        {
            cameras = RigRefinement.Refine(cameras, [null, null], used, fixedCamera: 0, robustPx).Cameras;
        }

        return cameras[1].ToRig;
    }

    /// <summary>How many matches agree when two cameras are taken as neighbours, under the lens that is known or the guess that suits best.</summary>
    private static int CountAgreeing(IReadOnlyList<CameraView> views, int left, int right, CancellationToken cancellationToken) =>
        FovGuessesDegrees.Select(degrees =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            CameraLens Lens(int i) => views[i].Lens ?? CameraLens.Equidistant(views[i].Picture.Width, views[i].Picture.Height, degrees * Math.PI / 180);
            return SeamMatcher.Match(left, Lens(left), views[left].Picture, right, Lens(right), views[right].Picture, tolerance: 0.01).Count(m => m.Consistent);
        }).Take(views[left].Lens is not null && views[right].Lens is not null ? 1 : FovGuessesDegrees.Length).Max();

    private static double Angle(this Vector3d ray) => Math.Atan2(ray.X, ray.Z);

    private static void GuessLenses(IReadOnlyList<CameraView> views, CameraLens?[] lenses, ILogger logger, CancellationToken cancellationToken)
    {
        var best = -1;
        CameraLens?[]? chosen = null;
        foreach (var degrees in FovGuessesDegrees)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var guess = lenses.Select((l, i) => l ?? CameraLens.Equidistant(views[i].Picture.Width, views[i].Picture.Height, degrees * Math.PI / 180)).ToArray();
            var agreeing = int.MaxValue;
            for (var right = 1; right < views.Count; right++)
            {
                agreeing = Math.Min(agreeing, FindMatches(views, guess, right, tolerance: 0.01).Count(m => m.Consistent));
            }

            logger.LogInformation("A lens of {Degrees} degrees lets {Matches} matches agree", degrees, agreeing);
            if (agreeing > best)
            {
                (best, chosen) = (agreeing, guess);
            }
        }

        chosen!.CopyTo(lenses, 0);
    }
}
