using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Pitch;

/// <summary>
/// Lays the pitch's drawn lines over the seen ones: a coarse search over where a rig can stand behind the near touchline, then
/// descent in the distance to the nearest seen line, with the reach of that distance getting shorter.
/// </summary>
internal sealed class PitchLinesFit
{
    private const int SearchWidth = 1600;
    /// <summary>Lines further off than this do not draw a pose any more.</summary>
    private const double LimitPx = 25;

    /// <summary>A fit that leaves more of the visible lines without a seen one than this is not believed.</summary>
    private const double MatchedMin = 0.5;
    private const double MatchedPx = 2.5;
    private const float ExplainedPx = 4;
    private const double CoarseReachPx = 10;
    private const int Candidates = 8;
    private const int VisibleMin = 60;
    private const double SpacingPx = 3;
    private const double MarkingStepM = 0.25;

    private readonly double lengthM;
    private readonly PanoramaGeometry search;
    private readonly bool[] mask;
    private readonly List<(double X, double Y)> markings;
    private readonly ILogger logger;

    /// <param name="search">The panorama in which the lines were sought.</param>
    /// <param name="mask">Its pixels that look like lines.</param>
    public PitchLinesFit(PanoramaGeometry search, bool[] mask, double lengthM, double widthM, ILogger logger)
    {
        (this.search, this.mask, this.lengthM, this.logger) = (search, mask, lengthM, logger);
        markings = PitchMarkings.Points(lengthM, widthM, MarkingStepM);
    }

    /// <param name="panorama">What the cameras see, without a pitch.</param>
    /// <param name="cameras">Levelled.</param>
    public static PitchLinesFit Of(PanoramaGeometry panorama, IReadOnlyList<CameraModel> cameras, IReadOnlyList<MedianPicture> backgrounds, double lengthM, double widthM, ILogger logger)
    {
        var scale = Math.Min(1, (double)SearchWidth / panorama.Width);
        var search = panorama with
        {
            Width = (int)(panorama.Width * scale),
            Height = (int)(panorama.Height * scale),
            FocalPx = panorama.FocalPx * scale,
            CenterColumn = panorama.CenterColumn * scale,
            HorizonRow = panorama.HorizonRow * scale,
        };
        return new PitchLinesFit(search, LineMask.Find(search, cameras, backgrounds), lengthM, widthM, logger);
    }

    /// <summary>Null where no pose explains the seen lines well enough; the reason is logged.</summary>
    public PitchPose? Fit()
    {
        var coarse = new DistanceField(mask, search.Width, search.Height, (float)LimitPx);
        (PitchPose Pose, double Score)? chosen = null;
        var settled = new List<(PitchPose Pose, double Score)>();
        Parallel.ForEach(Search(coarse), start =>
        {
            var pose = Descend(Descend(start, coarse, 10, 4 * SpacingPx), coarse, 4, 4 * SpacingPx);
            // Under the grass the lines look alike, mirrored.
            var score = pose.Z < 1 ? 0 : Score(pose, coarse) * Explained(pose);
            lock (settled)
            {
                settled.Add((pose, score));
            }
        });
        foreach (var candidate in settled.Where(c => c.Score > 0).OrderByDescending(c => c.Score).Take(Candidates))
        {
            var pose = Descend(candidate.Pose, coarse, 1.5, SpacingPx);
            var score = pose.Z < 1 ? 0 : Score(pose, coarse) * Explained(pose);
            if (chosen is null || score > chosen.Value.Score)
            {
                chosen = (pose, score);
            }
        }

        if (chosen is null)
        {
            logger.LogWarning("The pitch could not be found: too little of it is in view");
            return null;
        }

        // What is in view changes a little with every step.
        var final = Descend(Descend(chosen.Value.Pose, coarse, 1, SpacingPx), coarse, 1, SpacingPx);
        var matched = Score(final, coarse);
        if (matched < MatchedMin || final.Z < 1)
        {
            logger.LogWarning("The pitch's lines were not recognised: the best place explains {Matched:P0} of them, {Needed:P0} are needed. There are no positions in metres; set Rig:Stitch:PitchPointsFiles", matched, MatchedMin);
            return null;
        }

        logger.LogInformation("Pitch found: rig at ({X:F1}, {Y:F1}) m, {Z:F1} m high; {Matched:P0} of its visible lines are seen", final.X, final.Y, final.Z, matched);
        return final;
    }

    /// <summary>Median distance from drawn to seen lines, in pixels of a panorama of this focal length.</summary>
    public double MedianErrorPx(PitchPose pose, double focalPx)
    {
        var field = new DistanceField(mask, search.Width, search.Height, (float)LimitPx);
        var distances = Visible(pose).Select(p => Project(pose, p.X, p.Y, out var u, out var v) ? field.At(u, v) : field.Limit).Order().ToArray();
        return distances.Length == 0 ? double.PositiveInfinity : distances[distances.Length / 2] * focalPx / search.FocalPx;
    }

    /// <summary>Every place where rigs stand, turned every way: a turn to the side only moves the drawn lines along the panorama, so it costs no projection.</summary>
    private List<PitchPose> Search(DistanceField field)
    {
        double[] heights = [2.5, 3.3, 4.2, 5.4, 7, 9, 12, 16];
        double[] behind = [1, 3, 5, 7.5, 10, 13, 17, 22, 28, 36];
        double[] aside = [-14, -10.5, -7, -3.5, 0, 3.5, 7, 10.5, 14];
        double[] tilts = [-3, -2, -1, 0, 1, 2, 3];
        const double YawMax = 14, YawStep = 0.5;
        var found = new List<(double Score, PitchPose Pose)>();
        var places = heights.SelectMany(z => behind.Select(y => (Z: z, Y: y))).ToArray();
        Parallel.ForEach(places, place =>
        {
            var points = Visible(new PitchPose(lengthM / 2, -place.Y, place.Z, PitchPose.LevelAcross), 3 * SpacingPx);
            var (u, v) = (new double[points.Count], new double[points.Count]);
            (double Score, PitchPose Pose)? best = null;
            foreach (var along in aside)
            {
                foreach (var tilt in tilts)
                {
                    // The tilt is about the panorama's own x axis, before the turn.
                    var tilted = new PitchPose((lengthM / 2) + along, -place.Y, place.Z, PitchPose.LevelAcross * Rotation.FromVector(new(Radians(tilt), 0, 0)));
                    for (var i = 0; i < points.Count; i++)
                    {
                        var d = tilted.ToRigDirection(points[i].X, points[i].Y, 0);
                        search.TryProject(d.X, d.Y, d.Z, out u[i], out v[i]);
                    }

                    for (var yaw = -YawMax; yaw <= YawMax; yaw += YawStep)
                    {
                        var score = ScoreShifted(field, u, v, search.FocalPx * Radians(yaw));
                        if (best is null || score > best.Value.Score)
                        {
                            best = (score, tilted with { RigToPitch = tilted.RigToPitch * Rotation.FromYaw(Radians(yaw)) });
                        }
                    }
                }
            }

            lock (found)
            {
                found.Add(best!.Value);
            }
        });
        // The best of each place, so that one wrong place cannot fill the list.
        return [.. found.OrderByDescending(f => f.Score).Select(f => f.Pose)];
    }

    /// <summary>Like <see cref="Score"/>, for lines moved to the left by a turn to the right.</summary>
    private double ScoreShifted(DistanceField field, double[] u, double[] v, double shift)
    {
        var (sum, visible) = (0.0, 0);
        for (var i = 0; i < u.Length; i++)
        {
            var x = u[i] - shift;
            if (x >= 0 && x < search.Width - 1 && v[i] >= 0 && v[i] < search.Height - 1)
            {
                visible++;
                sum += Math.Max(0, 1 - (field.At(x, v[i]) / CoarseReachPx));
            }
        }

        return visible < VisibleMin ? 0 : sum / visible * Math.Min(1, 2.0 * visible / u.Length);
    }

    /// <summary>Share of the seen lines that drawn ones lie on. A pitch drawn too small matches a few seen lines and leaves the rest.</summary>
    private double Explained(PitchPose pose)
    {
        var drawn = new bool[search.Width * search.Height];
        foreach (var (x, y) in markings)
        {
            if (Project(pose, x, y, out var u, out var v))
            {
                drawn[((int)v * search.Width) + (int)u] = true;
            }
        }

        var field = new DistanceField(drawn, search.Width, search.Height, ExplainedPx + 1);
        var (explained, seen) = (0, 0);
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i])
            {
                seen++;
                explained += field.At(i % search.Width, i / search.Width) <= ExplainedPx ? 1 : 0;
            }
        }

        return seen == 0 ? 0 : (double)explained / seen;
    }

    /// <summary>Share of the visible drawn points that lie on a seen line.</summary>
    private double Score(PitchPose pose, DistanceField field)
    {
        var points = Visible(pose);
        return points.Count < VisibleMin ? 0 : points.Count(p => Project(pose, p.X, p.Y, out var u, out var v) && field.At(u, v) <= MatchedPx) / (double)points.Count;
    }

    /// <summary>The markings in view, as points evenly spaced in the panorama: far lines are many metres and few pixels.</summary>
    private List<(double X, double Y)> Visible(PitchPose pose, double spacingPx = SpacingPx)
    {
        var points = new List<(double, double)>();
        var (lastU, lastV) = (double.NegativeInfinity, 0.0);
        foreach (var (x, y) in markings)
        {
            if (Project(pose, x, y, out var u, out var v) && ((u - lastU) * (u - lastU)) + ((v - lastV) * (v - lastV)) >= spacingPx * spacingPx)
            {
                points.Add((x, y));
                (lastU, lastV) = (u, v);
            }
        }

        return points;
    }

    private PitchPose Descend(PitchPose start, DistanceField field, double robustPx, double spacingPx)
    {
        var used = Visible(start, spacingPx);
        if (used.Count < VisibleMin / 2)
        {
            return start;
        }

        var p = LeastSquares.Minimize(
            (parameters, residuals) =>
            {
                var pose = PitchPointsFit.Moved(start, parameters);
                for (var i = 0; i < used.Count; i++)
                {
                    residuals[i] = Project(pose, used[i].X, used[i].Y, out var u, out var v) ? field.At(u, v) : field.Limit;
                }
            },
            used.Count,
            1,
            new double[6],
            [.. Enumerable.Repeat(double.PositiveInfinity, 6)],
            [0.01, 0.01, 0.01, 0.5, 0.5, 0.5],
            robustPx,
            iterations: 25);
        return PitchPointsFit.Moved(start, p);
    }

    private bool Project(PitchPose pose, double x, double y, out double u, out double v)
    {
        var d = pose.ToRigDirection(x, y, 0);
        return search.TryProject(d.X, d.Y, d.Z, out u, out v) && u >= 0 && v >= 0 && u < search.Width - 1 && v < search.Height - 1;
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
