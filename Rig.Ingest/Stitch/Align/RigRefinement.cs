using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Pitch;

namespace Rig.Ingest.Stitch.Align;

/// <summary>
/// Bundle adjustment of a rig whose cameras share one centre: rotations, and lenses within their uncertainty, such that what two
/// neighbours both see lies in one direction. Known pitch points, where there are any, join in with the rig's pose over the pitch.
/// </summary>
internal static class RigRefinement
{
    /// <summary>Residuals a match: both pictures' pixel differences. Pitch points use the first two.</summary>
    private const int Group = 4;
    private const int RotationParameters = 3;
    private const int PoseParameters = 6;

    /// <summary>Where a ray misses the other picture's lens model altogether.</summary>
    private const double MissPx = 500;

    public sealed record Result(CameraModel[] Cameras, PitchPose? Pose);

    /// <param name="uncertainty">Per camera; null keeps its lens.</param>
    /// <param name="fixedCamera">Its rotation is the rig's frame and stays.</param>
    /// <param name="robustPx">Differences well beyond this lose their say.</param>
    public static Result Refine(
        IReadOnlyList<CameraModel> start,
        IReadOnlyList<LensUncertainty?> uncertainty,
        IReadOnlyList<SeamMatch> matches,
        int fixedCamera,
        double robustPx,
        IReadOnlyList<PitchPoint>? points = null,
        PitchPose? startPose = null)
    {
        var layout = new Layout(start, points is { Count: > 0 } && startPose is not null ? startPose : null);
        var sigma = new double[layout.Count];
        var scale = new double[layout.Count];
        for (var c = 0; c < start.Count; c++)
        {
            var at = layout.Camera(c);
            var u = uncertainty[c];
            (sigma[at], scale[at]) = (u?.FocalRelative ?? 0, 0.01);
            (sigma[at + 1], scale[at + 1]) = (u?.CenterPx ?? 0, 1);
            (sigma[at + 2], scale[at + 2]) = (u?.CenterPx ?? 0, 1);
            for (var d = 0; d < start[c].Lens.D.Length; d++)
            {
                (sigma[at + 3 + d], scale[at + 3 + d]) = (u?.Distortion ?? 0, 0.01);
            }

            for (var r = layout.Rotation(c); r < layout.Rotation(c) + RotationParameters; r++)
            {
                (sigma[r], scale[r]) = (c == fixedCamera ? 0 : double.PositiveInfinity, 0.01);
            }
        }

        if (layout.Pose >= 0)
        {
            for (var i = 0; i < PoseParameters; i++)
            {
                (sigma[layout.Pose + i], scale[layout.Pose + i]) = (double.PositiveInfinity, i < 3 ? 0.01 : 0.1);
            }
        }

        var usedPoints = layout.Pose >= 0 ? points! : [];
        var best = LeastSquares.Minimize(
            (p, residuals) => Residuals(layout, p, matches, usedPoints, residuals),
            Group * (matches.Count + usedPoints.Count),
            Group,
            new double[layout.Count],
            sigma,
            scale,
            robustPx);
        var (cameras, pose) = layout.Apply(best);
        return new Result(cameras, pose);
    }

    private static void Residuals(Layout layout, double[] parameters, IReadOnlyList<SeamMatch> matches, IReadOnlyList<PitchPoint> points, double[] residuals)
    {
        var (cameras, pose) = layout.Apply(parameters);
        Parallel.For(0, (matches.Count + 255) / 256, block =>
        {
            for (var i = block * 256; i < Math.Min(matches.Count, (block + 1) * 256); i++)
            {
                var m = matches[i];
                var (left, right) = (cameras[m.Left], cameras[m.Right]);
                Difference(right, left.RayOf(m.LeftU, m.LeftV), m.RightU, m.RightV, residuals, Group * i, Math.Sqrt(0.5));
                Difference(left, right.RayOf(m.RightU, m.RightV), m.LeftU, m.LeftV, residuals, (Group * i) + 2, Math.Sqrt(0.5));
            }
        });
        for (var i = 0; i < points.Count; i++)
        {
            var at = Group * (matches.Count + i);
            var point = points[i];
            Difference(cameras[point.Camera], pose!.ToRigDirection(point.X, point.Y, 0), point.U, point.V, residuals, at, 1);
            residuals[at + 2] = residuals[at + 3] = 0;
        }
    }

    private static void Difference(CameraModel camera, Vector3d ray, double u, double v, double[] residuals, int at, double weight)
    {
        if (camera.TryProject(ray, out var pu, out var pv))
        {
            residuals[at] = weight * (pu - u);
            residuals[at + 1] = weight * (pv - v);
        }
        else
        {
            residuals[at] = residuals[at + 1] = MissPx;
        }
    }

    /// <summary>Where each camera's and the pose's corrections lie in the parameter vector, all of them 0 at the start.</summary>
    private sealed class Layout
    {
        private readonly IReadOnlyList<CameraModel> start;
        private readonly PitchPose? startPose;
        private readonly int[] offsets;

        public Layout(IReadOnlyList<CameraModel> start, PitchPose? startPose)
        {
            (this.start, this.startPose) = (start, startPose);
            offsets = new int[start.Count];
            for (var c = 0; c < start.Count; c++)
            {
                offsets[c] = Count;
                Count += 3 + start[c].Lens.D.Length + RotationParameters;
            }

            Pose = startPose is null ? -1 : Count;
            Count += startPose is null ? 0 : PoseParameters;
        }

        public int Count { get; }

        public int Pose { get; }

        public int Camera(int camera) => offsets[camera];

        public int Rotation(int camera) => offsets[camera] + 3 + start[camera].Lens.D.Length;

        public (CameraModel[] Cameras, PitchPose? Pose) Apply(double[] p)
        {
            var cameras = new CameraModel[start.Count];
            for (var c = 0; c < cameras.Length; c++)
            {
                var (lens, at, r) = (start[c].Lens, Camera(c), Rotation(c));
                cameras[c] = new CameraModel(
                    lens with
                    {
                        Fx = lens.Fx * (1 + p[at]),
                        Fy = lens.Fy * (1 + p[at]),
                        Cx = lens.Cx + p[at + 1],
                        Cy = lens.Cy + p[at + 2],
                        D = [.. lens.D.Select((d, i) => d + p[at + 3 + i])],
                    },
                    start[c].ToRig * Geometry.Rotation.FromVector(new(p[r], p[r + 1], p[r + 2])));
            }

            var pose = startPose is null
                ? null
                : new PitchPose(
                    startPose.X + p[Pose + 3],
                    startPose.Y + p[Pose + 4],
                    startPose.Z + p[Pose + 5],
                    startPose.RigToPitch * Geometry.Rotation.FromVector(new(p[Pose], p[Pose + 1], p[Pose + 2])));
            return (cameras, pose);
        }
    }
}
