using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Domain.Recordings;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Pitch;
using Rig.Ingest.Stitch.Video;
using Rig.Ingest.Stitch.Vision;

namespace Rig.Ingest.Stitch;

/// <param name="SetAside">Why takes are not used, a sentence each.</param>
/// <param name="Notes">What was taken for granted, a sentence each.</param>
internal sealed record Alignment(AlignmentFile File, PanoramaGeometry Panorama, AlignmentFigures Figures, IReadOnlyList<string> SetAside, IReadOnlyList<string> Notes);

/// <summary>Finds out, once per session, how its cameras stand to each other, to the clock and to the pitch.</summary>
internal sealed class SessionAligner(StitchOptions options, ILogger logger)
{
    /// <summary>Pictures in the median: enough that nobody stands still through half of them.</summary>
    private const int Instants = 7;

    private const int PitchPointsMin = 6;

    /// <summary>Corrections beyond this are a wrong clock and no tick of it: the panorama then begins when the first camera really began.</summary>
    private const double ClockErrorSeconds = 1;

    public Alignment Align(IReadOnlyList<TakeFile> takes, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        VisionLibrary.EnsureLoaded();
        progress.Report(new StageProgress(0, "Looking at the cameras' pictures"));
        var (timelines, start, used, setAside, notes) = CameraTimeline.Read(takes);
        foreach (var reason in setAside.Select(take => take.Reason).Concat(notes))
        {
            logger.LogWarning("{Reason}", reason);
        }

        var backgrounds = Backgrounds(timelines, cancellationToken);

        progress.Report(new StageProgress(0.25, "Reading the lenses"));
        var (views, lensSource) = Views(used, timelines, backgrounds, cancellationToken);

        progress.Report(new StageProgress(0.4, "Matching the overlaps"));
        var rig = RigAlignment.Align(views, logger, cancellationToken);

        progress.Report(new StageProgress(0.65, "Finding the pitch"));
        var (cameras, pitch) = FindPitch(rig, views, timelines, backgrounds);
        var panorama = PanoramaPlanner.Plan(cameras, pitch, options.MaxWidth);

        var figures = AlignmentCheck.OfGeometry([.. timelines.Select(t => t.Camera.Value)], cameras, panorama);
        var errors = rig.HeldOut.Select(m => SeamErrorPx(panorama, cameras, m)).Order().ToArray();
        AlignmentCheck.OfSeam(rig.AgreeingShare, errors.Length, At(errors, 0.5), timelines.Max(t => t.Width));

        progress.Report(new StageProgress(0.8, "Comparing the clocks with the pictures"));
        var middle = timelines.Count > 2 ? timelines.Select((t, i) => (t, i)).Where(x => x.t.Camera == CameraId.Center).Select(x => x.i).FirstOrDefault() : 0;
        var syncs = Synchronisation.Correct(timelines, cameras, middle, logger, cancellationToken);

        if (syncs.Any(sync => Math.Abs(sync.CorrectionSeconds) > ClockErrorSeconds))
        {
            start = start.AddSeconds(timelines.Select((t, i) => t.StartSeconds + syncs[i].CorrectionSeconds).Min());
        }

        var exposure = ExposureMatcher.Match(cameras, backgrounds);
        return new Alignment(
            new AlignmentFile(
                start,
                [.. timelines.Select((t, i) => new AlignedCamera(
                    t.Camera.Value, cameras[i].Lens, cameras[i].ToRig.ToRowMajor(), exposure[i], Math.Round(syncs[i].CorrectionSeconds * 1000, 2), syncs[i].Confidence))],
                At(errors, 0.5),
                At(errors, 0.95),
                rig.Fitted.Count,
                rig.HeldOut.Count,
                lensSource),
            panorama,
            figures,
            [.. setAside.Select(take => take.Reason)],
            notes);
    }

    /// <summary>Where the rig stands over the pitch, by marked points or by the painted lines, and the cameras levelled by it.</summary>
    private (CameraModel[] Cameras, PitchRegistration? Pitch) FindPitch(
        AlignedRig rig, List<CameraView> views, IReadOnlyList<CameraTimeline> timelines, MedianPicture[] backgrounds)
    {
        var level = Horizon.LevelByRoll(rig.Cameras);
        var points = timelines.SelectMany((t, i) => options.PitchPointsFiles.TryGetValue(t.Camera.Value, out var file)
            ? PitchPointsFile.Read(file, i, options.PitchWidthM, t.Width, t.Height)
            : []).ToList();
        if (points.Count >= PitchPointsMin)
        {
            // The points say something about the lenses, too.
            var start = level.Select((c, i) => c with { Lens = views[i].Lens ?? c.Lens }).ToArray();
            var refined = RigRefinement.Refine(
                start, [.. views.Select(v => v.Uncertainty)], rig.Fitted, views.Count / 2, robustPx: 2, points, PitchPointsFit.Fit(points, level, options.PitchLengthM));
            var (cameras, pose) = LevelBy(refined.Cameras, refined.Pose!);
            var panorama = PanoramaPlanner.Plan(cameras, null, options.MaxWidth);
            var errors = points.Select(p => PointErrorPx(panorama, cameras, pose, p)).Order().ToArray();
            return (cameras, Registration(pose, At(errors, 0.5), "points"));
        }

        var wide = PanoramaPlanner.Plan(level, null, options.MaxWidth);
        var fit = PitchLinesFit.Of(wide, level, backgrounds, options.PitchLengthM, options.PitchWidthM, logger);
        if (fit.Fit() is not { } found)
        {
            return (level, null);
        }

        var error = fit.MedianErrorPx(found, wide.FocalPx);
        var (levelled, levelPose) = LevelBy(level, found);
        return (levelled, Registration(levelPose, Math.Round(error, 3), "lines"));
    }

    private static (CameraModel[] Cameras, PitchPose Pose) LevelBy(CameraModel[] cameras, PitchPose pose)
    {
        var turn = Horizon.Levelling(cameras, pose.RigToPitch.Transposed * new Vector3d(0, 0, -1));
        return ([.. cameras.Select(c => c with { ToRig = turn * c.ToRig })], pose with { RigToPitch = pose.RigToPitch * turn.Transposed });
    }

    private PitchRegistration Registration(PitchPose pose, double errorPx, string method) =>
        new(options.PitchLengthM, options.PitchWidthM, pose.X, pose.Y, pose.Z, pose.RigToPitch.ToRowMajor(), errorPx, method);

    private static double PointErrorPx(PanoramaGeometry panorama, CameraModel[] cameras, PitchPose pose, PitchPoint point)
    {
        var seen = cameras[point.Camera].RayOf(point.U, point.V);
        var drawn = pose.ToRigDirection(point.X, point.Y, 0);
        return panorama.TryProject(seen.X, seen.Y, seen.Z, out var su, out var sv) && panorama.TryProject(drawn.X, drawn.Y, drawn.Z, out var du, out var dv)
            ? Math.Sqrt(((su - du) * (su - du)) + ((sv - dv) * (sv - dv)))
            : panorama.Width;
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[(int)(share * (sorted.Length - 1))], 3);

    /// <summary>How far apart the panorama draws the two cameras' views of one thing.</summary>
    private static double SeamErrorPx(PanoramaGeometry panorama, CameraModel[] cameras, SeamMatch match)
    {
        var (a, b) = (cameras[match.Left].RayOf(match.LeftU, match.LeftV), cameras[match.Right].RayOf(match.RightU, match.RightV));
        return panorama.TryProject(a.X, a.Y, a.Z, out var au, out var av) && panorama.TryProject(b.X, b.Y, b.Z, out var bu, out var bv)
            ? Math.Sqrt(((au - bu) * (au - bu)) + ((av - bv) * (av - bv)))
            : panorama.Width;
    }

    private static MedianPicture[] Backgrounds(IReadOnlyList<CameraTimeline> timelines, CancellationToken cancellationToken)
    {
        var from = timelines.Max(t => t.StartSeconds);
        var to = timelines.Min(t => t.EndSeconds);
        return [.. timelines.Select(camera =>
        {
            // Cameras do not move: where their clocks allow no common time, each one's own will do until the clocks are corrected.
            var (first, last) = to > from ? (from, to) : (camera.StartSeconds, camera.EndSeconds);
            var pictures = FrameSampler.PicturesAt(camera, [.. Enumerable.Range(0, Instants).Select(i => first + ((last - first) * (i + 0.5) / Instants))], cancellationToken);
            return pictures.Count > 0
                ? MedianPicture.Median(camera, pictures)
                : throw new StageFailedException($"{camera.Camera} recorded nothing while the other cameras did. Check its takes.");
        })];
    }

    /// <summary>Each camera with the best that is known of its lens: checkerboards, else the node's manifest, else nothing.</summary>
    private (List<CameraView> Views, string LensSource) Views(
        IReadOnlyList<TakeFile> takes, IReadOnlyList<CameraTimeline> timelines, MedianPicture[] backgrounds, CancellationToken cancellationToken)
    {
        var views = new List<CameraView>();
        var sources = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < timelines.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (camera, picture) = (timelines[i].Camera, backgrounds[i].Luma);
            if (options.CheckerboardFolders.TryGetValue(camera.Value, out var folder))
            {
                views.Add(new CameraView(camera.Value, picture, Calibrate(camera, folder).Resized(picture.Width, picture.Height), LensUncertainty.Checkerboard));
                sources.Add("checkerboard");
            }
            else if (takes.First(t => t.Id.CameraId == camera).Manifest.Lens is { } lens)
            {
                views.Add(new CameraView(camera.Value, picture, LensOf(lens, takes.First(t => t.Id.CameraId == camera).Manifest.Video.Resolution, picture), LensUncertainty.Manifest));
                sources.Add("manifest");
            }
            else
            {
                views.Add(new CameraView(camera.Value, picture, null, LensUncertainty.Guess));
                sources.Add("matches");
            }
        }

        return (views, string.Join("+", sources));
    }

    /// <summary>A manifest's lens is one of pictures of the manifest's size, whatever the file's is.</summary>
    private static CameraLens LensOf(ManifestLens lens, ManifestResolution said, GrayPicture picture) =>
        said is { Width: > 0, Height: > 0 } ? CameraLens.From(lens, said.Width, said.Height).Resized(picture.Width, picture.Height) : CameraLens.From(lens, picture.Width, picture.Height);

    private CameraLens Calibrate(CameraId camera, string folder)
    {
        string[] pictures = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png").Order(StringComparer.Ordinal)]
            : throw new StageFailedException($"{StitchOptions.Section}:CheckerboardFolders:{camera} names the folder {folder}, which does not exist.");
        try
        {
            var (lens, rms, views) = CheckerboardCalibration.Calibrate(pictures, options.CheckerboardColumns, options.CheckerboardRows);
            logger.LogInformation("{Camera}: lens from {Views} checkerboard pictures, {Rms:F2} px", camera, views, rms);
            return lens;
        }
        catch (VisionException e)
        {
            throw new StageFailedException($"The checkerboard pictures of {camera} in {folder} do not calibrate its lens: {e.Message}. Check the pictures and CheckerboardColumns and CheckerboardRows.", e);
        }
    }
}
