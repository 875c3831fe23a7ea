using Rig.Actors.Pipeline;
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
    /// <summary>The coarse search's steps of angle move lines by half of this.</summary>
    private const double CoarseLimitPx = 40;

    /// <summary>A fit that leaves more of the visible lines without a seen one than this is not believed.</summary>
    private const double MatchedMin = 0.6;
    private const double MatchedPx = 2.5;
    private const float ExplainedPx = 4;
    private const int Candidates = 48;
    private const int VisibleMin = 60;

    private readonly double lengthM;
    private readonly double widthM;
    private readonly PanoramaGeometry search;
    private readonly bool[] mask;
    private readonly ILogger logger;

    /// <param name="panorama">What the cameras see, without a pitch.</param>
    /// <param name="cameras">Levelled.</param>
    public PitchLinesFit(PanoramaGeometry panorama, IReadOnlyList<CameraModel> cameras, IReadOnlyList<Background> backgrounds, double lengthM, double widthM, ILogger logger)
    {
        (this.lengthM, this.widthM, this.logger) = (lengthM, widthM, logger);
        var scale = Math.Min(1, (double)SearchWidth / panorama.Width);
        search = panorama with
        {
            Width = (int)(panorama.Width * scale),
            Height = (int)(panorama.Height * scale),
            FocalPx = panorama.FocalPx * scale,
            CenterColumn = panorama.CenterColumn * scale,
            HorizonRow = panorama.HorizonRow * scale,
        };
        mask = LineMask.Find(search, cameras, backgrounds);
    }

    /// <summary>Null where no pose explains the seen lines well enough; the reason is logged.</summary>
    public PitchPose? Fit()
    {
        var coarse = new DistanceField(mask, search.Width, search.Height, (float)CoarseLimitPx);
        var sparse = PitchMarkings.Points(lengthM, widthM, 2.5);
        var best = Search(coarse, sparse);
        var dense = PitchMarkings.Points(lengthM, widthM, 0.7);
        (PitchPose Pose, double Score)? chosen = null;
        foreach (var start in best)
        {
            var pose = Descend(Descend(Descend(start, coarse, sparse, 15), coarse, sparse, 5), coarse, sparse, 1.5);
            if (pose.Z < 1)
            {
                // Under the grass the lines look alike, mirrored.
                continue;
            }

            var score = Score(pose, coarse, dense, MatchedPx) * Explained(pose, dense);
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

        var final = Descend(chosen.Value.Pose, coarse, dense, 1);
        var matched = Score(final, coarse, dense, MatchedPx);
        if (matched < MatchedMin || final.Z < 1)
        {
            logger.LogWarning("The pitch's lines were not recognised: the best place explains {Matched:P0} of them, {Needed:P0} are needed. Positions in metres are not to be had; Rig:Stitch:PitchPointsFiles is the way out", matched, MatchedMin);
            return null;
        }

        logger.LogInformation("Pitch found: rig at ({X:F1}, {Y:F1}) m, {Z:F1} m high; {Matched:P0} of its visible lines are seen", final.X, final.Y, final.Z, matched);
        return final;
    }

    /// <summary>Median distance from drawn to seen lines, in pixels of a panorama of this focal length.</summary>
    public double MedianErrorPx(PitchPose pose, double focalPx)
    {
        var field = new DistanceField(mask, search.Width, search.Height, (float)CoarseLimitPx);
        var distances = PitchMarkings.Points(lengthM, widthM, 0.7)
            .Select(p => Project(pose, p.X, p.Y, out var u, out var v) ? field.At(u, v) : -1)
            .Where(d => d >= 0).Order().ToArray();
        return distances.Length == 0 ? double.PositiveInfinity : distances[distances.Length / 2] * focalPx / search.FocalPx;
    }

    private List<PitchPose> Search(DistanceField field, List<(double X, double Y)> points)
    {
        double[] heights = [2.5, 3.5, 5, 7, 10, 14];
        double[] behind = [1, 4, 7, 10, 14, 19, 26, 35];
        double[] aside = [-12, -6, 0, 6, 12];
        double[] tilts = [-3, -1.5, 0, 1.5, 3];
        var found = new List<(double Score, PitchPose Pose)>();
        Parallel.ForEach(heights, z =>
        {
            foreach (var back in behind)
            {
                foreach (var along in aside)
                {
                    for (var yaw = -14.0; yaw <= 14; yaw += 2)
                    {
                        foreach (var tilt in tilts)
                        {
                            var turn = Rotation.FromYaw(Radians(yaw)) * Rotation.FromVector(new(Radians(tilt), 0, 0));
                            var pose = new PitchPose((lengthM / 2) + along, -back, z, PitchPose.LevelAcross * turn);
                            var score = Score(pose, field, points, CoarseLimitPx);
                            lock (found)
                            {
                                found.Add((score, pose));
                            }
                        }
                    }
                }
            }
        });
        // The best of each place, so that one wrong place cannot fill the list.
        return [.. found.GroupBy(f => (f.Pose.Y, f.Pose.Z)).Select(g => g.MaxBy(f => f.Score)).OrderByDescending(f => f.Score).Take(Candidates).Select(f => f.Pose)];
    }

    /// <summary>Share of the seen lines that drawn ones lie on. A pitch drawn too small matches a few seen lines and leaves the rest.</summary>
    private double Explained(PitchPose pose, List<(double X, double Y)> points)
    {
        var drawn = new bool[search.Width * search.Height];
        foreach (var (x, y) in points)
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

    /// <summary>1 where every visible drawn point lies on a seen line, 0 where all lie further off than the reach.</summary>
    private double Score(PitchPose pose, DistanceField field, List<(double X, double Y)> points, double reach)
    {
        var (sum, visible) = (0.0, 0);
        foreach (var (x, y) in points)
        {
            if (Project(pose, x, y, out var u, out var v))
            {
                visible++;
                sum += reach == MatchedPx ? (field.At(u, v) <= reach ? 1 : 0) : 1 - Math.Min(1, field.At(u, v) / reach);
            }
        }

        // Seeing hardly any of the pitch is no explanation of what is seen.
        return visible < VisibleMin ? 0 : sum / visible * Math.Min(1, 2.0 * visible / points.Count);
    }

    private PitchPose Descend(PitchPose start, DistanceField field, List<(double X, double Y)> points, double robustPx)
    {
        var used = points.Where(p => Project(start, p.X, p.Y, out _, out _)).ToArray();
        if (used.Length < VisibleMin)
        {
            return start;
        }

        var p = LeastSquares.Minimize(
            (parameters, residuals) =>
            {
                var pose = PitchPointsFit.Moved(start, parameters);
                for (var i = 0; i < used.Length; i++)
                {
                    residuals[i] = Project(pose, used[i].X, used[i].Y, out var u, out var v) ? field.At(u, v) : field.Limit;
                }
            },
            used.Length,
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
