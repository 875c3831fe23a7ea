using Rig.Domain.Recordings;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>
/// A pinhole camera with Brown-Conrady distortion (OpenCV's parameters and axes) at a known place over the pitch. Pixel centres
/// lie at whole numbers.
/// </summary>
internal sealed class CameraModel(ManifestLens lens, Vector3D center, Vector3D right, Vector3D down, Vector3D forward)
{
    public ManifestLens Lens => lens;

    public Vector3D Center => center;

    public Vector3D Right => right;

    public Vector3D Down => down;

    public Vector3D Forward => forward;

    /// <summary>False when the point is behind the camera or so far aside that the lens model no longer holds.</summary>
    public bool TryProject(Vector3D point, out double u, out double v) => TryProjectDirection(point - center, out u, out v);

    /// <param name="direction">Pitch axes.</param>
    public bool TryProjectDirection(Vector3D direction, out double u, out double v)
    {
        u = v = 0;
        var z = Vector3D.Dot(direction, forward);
        if (z < 1e-3)
        {
            return false;
        }

        var x = Vector3D.Dot(direction, right) / z;
        var y = Vector3D.Dot(direction, down) / z;
        if ((x * x) + (y * y) > 2)
        {
            return false;
        }

        (x, y) = Distort(x, y);
        u = (lens.Fx * x) + lens.Cx;
        v = (lens.Fy * y) + lens.Cy;
        return true;
    }

    /// <summary>The direction (pitch axes, forward component 1) that a pixel sees.</summary>
    public Vector3D Ray(double u, double v)
    {
        var targetX = (u - lens.Cx) / lens.Fx;
        var targetY = (v - lens.Cy) / lens.Fy;
        var (x, y) = (targetX, targetY);
        // Fixed-point iteration, as in OpenCV's undistortPoints; mild lenses converge in a few rounds.
        for (var round = 0; round < 12; round++)
        {
            var (dx, dy) = Distort(x, y);
            x += targetX - dx;
            y += targetY - dy;
        }

        return (right * x) + (down * y) + forward;
    }

    private (double X, double Y) Distort(double x, double y)
    {
        var r2 = (x * x) + (y * y);
        var radial = 1 + (r2 * (lens.K1 + (r2 * (lens.K2 + (r2 * lens.K3)))));
        return (
            (x * radial) + (2 * lens.P1 * x * y) + (lens.P2 * (r2 + (2 * x * x))),
            (y * radial) + (lens.P1 * (r2 + (2 * y * y))) + (2 * lens.P2 * x * y));
    }
}
