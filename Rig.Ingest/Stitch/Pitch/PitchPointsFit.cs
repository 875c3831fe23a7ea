using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Pitch;

/// <summary>The rig's first pose over the pitch from marked points: rays against places, from several starts around where rigs stand.</summary>
internal static class PitchPointsFit
{
    /// <summary>Hand-marked labels are noisy; radians.</summary>
    private const double RobustAngle = 0.01;

    /// <param name="cameras">Levelled.</param>
    public static PitchPose Fit(IReadOnlyList<PitchPoint> points, IReadOnlyList<CameraModel> cameras, double lengthM)
    {
        var rays = points.Select(p => cameras[p.Camera].RayOf(p.U, p.V)).ToArray();
        PitchPose? best = null;
        var bestCost = double.PositiveInfinity;
        foreach (var z in new[] { 4.0, 10 })
        {
            foreach (var y in new[] { -4.0, -20 })
            {
                foreach (var yaw in new[] { -0.4, 0, 0.4 })
                {
                    var pose = new PitchPose(lengthM / 2, y, z, PitchPose.LevelAcross * Rotation.FromYaw(yaw));
                    foreach (var robust in new[] { 20 * RobustAngle, RobustAngle })
                    {
                        pose = Refine(points, rays, pose, robust);
                    }

                    var cost = points.Select((p, i) => Math.Min(Difference(pose, p, rays[i]).Length, 10 * RobustAngle)).Sum();
                    if (cost < bestCost && pose.Z > 0)
                    {
                        (best, bestCost) = (pose, cost);
                    }
                }
            }
        }

        return best ?? new PitchPose(lengthM / 2, -10, 5, PitchPose.LevelAcross);
    }

    private static Vector3d Difference(PitchPose pose, PitchPoint point, Vector3d ray) => pose.ToRigDirection(point.X, point.Y, 0).Normalized() - ray;

    private static PitchPose Refine(IReadOnlyList<PitchPoint> points, Vector3d[] rays, PitchPose start, double robust)
    {
        double[] free = [.. Enumerable.Repeat(double.PositiveInfinity, 6)];
        var p = LeastSquares.Minimize(
            (parameters, residuals) =>
            {
                var pose = Moved(start, parameters);
                for (var i = 0; i < rays.Length; i++)
                {
                    var d = Difference(pose, points[i], rays[i]);
                    (residuals[3 * i], residuals[(3 * i) + 1], residuals[(3 * i) + 2]) = (d.X / robust, d.Y / robust, d.Z / robust);
                }
            },
            3 * rays.Length,
            3,
            new double[6],
            free,
            [0.01, 0.01, 0.01, 0.1, 0.1, 0.1],
            robustScale: 1);
        return Moved(start, p);
    }

    /// <summary>A pose turned by the first three parameters and moved by the others.</summary>
    internal static PitchPose Moved(PitchPose pose, double[] p) =>
        new(pose.X + p[3], pose.Y + p[4], pose.Z + p[5], pose.RigToPitch * Rotation.FromVector(new(p[0], p[1], p[2])));
}
