using System.Text.Json.Serialization;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Stitch.Geometry;

internal enum LensModel
{
    /// <summary>OpenCV's pinhole with distortion k1 k2 p1 p2 k3.</summary>
    BrownConrady,

    /// <summary>OpenCV's fisheye (Kannala and Brandt 2006): radius = f (t + k1 t^3 + k2 t^5 + k3 t^7 + k4 t^9), t the angle off axis.</summary>
    Fisheye,
}

/// <summary>From a direction in the camera's axes (x right, y down, z forward) to a pixel of its picture, and back.</summary>
/// <param name="D">BrownConrady: k1 k2 p1 p2 k3; Fisheye: k1 k2 k3 k4.</param>
internal sealed record CameraLens(LensModel Model, int Width, int Height, double Fx, double Fy, double Cx, double Cy, double[] D)
{
    /// <summary>Found at the first use. Threads that come at once find the same value, and write it whole.</summary>
    private double angleMax = double.NaN;

    /// <summary>What <c>with</c> makes may be another lens, so what was derived from this one is not copied.</summary>
    private CameraLens(CameraLens original)
    {
        (Model, Width, Height) = (original.Model, original.Width, original.Height);
        (Fx, Fy, Cx, Cy, D) = (original.Fx, original.Fy, original.Cx, original.Cy, original.D);
        angleMax = double.NaN;
    }

    /// <summary>Largest angle off the axis, in radians, at which the distortion still grows with the angle; the model says nothing beyond.</summary>
    [JsonIgnore]
    public double AngleMax => double.IsNaN(angleMax) ? angleMax = FindAngleMax() : angleMax;

    /// <summary>An equidistant lens with this horizontal field of view and no further distortion: the guess for an unknown camera.</summary>
    public static CameraLens Equidistant(int width, int height, double horizontalFov) =>
        new(LensModel.Fisheye, width, height, width / horizontalFov, width / horizontalFov, (width - 1) / 2.0, (height - 1) / 2.0, [0, 0, 0, 0]);

    public static CameraLens From(ManifestLens lens, int width, int height) =>
        new(LensModel.BrownConrady, width, height, lens.Fx, lens.Fy, lens.Cx, lens.Cy, [lens.K1, lens.K2, lens.P1, lens.P2, lens.K3]);

    /// <summary>False where the direction lies behind the camera or beyond the lens model.</summary>
    public bool TryProject(Vector3d direction, out double u, out double v)
    {
        u = v = 0;
        var radius = Math.Sqrt((direction.X * direction.X) + (direction.Y * direction.Y));
        var angle = Math.Atan2(radius, direction.Z);
        if (angle > AngleMax)
        {
            return false;
        }

        if (Model == LensModel.Fisheye)
        {
            var scale = radius < 1e-12 ? 1 / direction.Z : Fisheye(angle) / radius;
            u = Cx + (Fx * scale * direction.X);
            v = Cy + (Fy * scale * direction.Y);
            return true;
        }

        var (x, y) = (direction.X / direction.Z, direction.Y / direction.Z);
        var r2 = (x * x) + (y * y);
        var radial = 1 + (r2 * (D[0] + (r2 * (D[1] + (r2 * D[4])))));
        u = Cx + (Fx * ((x * radial) + (2 * D[2] * x * y) + (D[3] * (r2 + (2 * x * x)))));
        v = Cy + (Fy * ((y * radial) + (D[2] * (r2 + (2 * y * y))) + (2 * D[3] * x * y)));
        return true;
    }

    /// <summary>The unit direction that a pixel shows. Pixels beyond the lens model are given its outermost angle.</summary>
    public Vector3d Unproject(double u, double v)
    {
        var (mx, my) = ((u - Cx) / Fx, (v - Cy) / Fy);
        var (x, y) = (mx, my);
        if (Model == LensModel.BrownConrady && (D[2] != 0 || D[3] != 0))
        {
            // Tangential terms are small, so peeling them off converges in a few rounds.
            for (var i = 0; i < 8; i++)
            {
                var reached = Math.Sqrt((x * x) + (y * y));
                var undistorted = reached < 1e-12 ? 0 : Math.Tan(AngleOf(reached)) / reached;
                var (px, py) = (x * undistorted, y * undistorted);
                var r2 = (px * px) + (py * py);
                x = mx - ((2 * D[2] * px * py) + (D[3] * (r2 + (2 * px * px))));
                y = my - ((D[2] * (r2 + (2 * py * py))) + (2 * D[3] * px * py));
            }
        }

        var distorted = Math.Sqrt((x * x) + (y * y));
        if (distorted < 1e-12)
        {
            return new(0, 0, 1);
        }

        var angle = AngleOf(distorted);
        var (s, c) = Math.SinCos(angle);
        return new(s * x / distorted, s * y / distorted, c);
    }

    /// <summary>The same lens for the same picture at another size.</summary>
    public CameraLens Resized(int width, int height)
    {
        var (sx, sy) = ((double)width / Width, (double)height / Height);
        // Pixel centres: the picture's edge, half a pixel off the first centre, is what scales.
        return this with
        {
            Width = width,
            Height = height,
            Fx = Fx * sx,
            Fy = Fy * sy,
            Cx = ((Cx + 0.5) * sx) - 0.5,
            Cy = ((Cy + 0.5) * sy) - 0.5,
        };
    }

    /// <summary>By terms, and never by what has been derived so far.</summary>
    public bool Equals(CameraLens? other) =>
        other is not null && (Model, Width, Height, Fx, Fy, Cx, Cy) == (other.Model, other.Width, other.Height, other.Fx, other.Fy, other.Cx, other.Cy) && D.AsSpan().SequenceEqual(other.D);

    public override int GetHashCode() => HashCode.Combine(Model, Width, Height, Fx, Fy, Cx, Cy, D.Length);

    /// <summary>Distorted radius over focal length at an angle off the axis.</summary>
    private double RadiusAt(double angle)
    {
        if (Model == LensModel.Fisheye)
        {
            return Fisheye(angle);
        }

        var r = Math.Tan(angle);
        var r2 = r * r;
        return r * (1 + (r2 * (D[0] + (r2 * (D[1] + (r2 * D[4]))))));
    }

    private double Fisheye(double t)
    {
        var t2 = t * t;
        return t * (1 + (t2 * (D[0] + (t2 * (D[1] + (t2 * (D[2] + (t2 * D[3]))))))));
    }

    /// <summary>Inverts the radius by bisection and secant steps; it grows with the angle up to <see cref="AngleMax"/>.</summary>
    private double AngleOf(double radius)
    {
        var (low, high) = (0.0, AngleMax);
        if (RadiusAt(high) <= radius)
        {
            return high;
        }

        var angle = Math.Min(Model == LensModel.Fisheye ? radius : Math.Atan(radius), high);
        for (var i = 0; i < 60; i++)
        {
            var error = RadiusAt(angle) - radius;
            if (Math.Abs(error) < 1e-13)
            {
                break;
            }

            (low, high) = error > 0 ? (low, angle) : (angle, high);
            const double Step = 1e-6;
            var slope = (RadiusAt(angle + Step) - RadiusAt(angle - Step)) / (2 * Step);
            var next = angle - (error / slope);
            angle = next > low && next < high ? next : (low + high) / 2;
        }

        return angle;
    }

    private double FindAngleMax()
    {
        var limit = Model == LensModel.Fisheye ? 1.55 : 1.4;
        const double Step = 0.005;
        var previous = 0.0;
        for (var angle = Step; angle <= limit; angle += Step)
        {
            var radius = RadiusAt(angle);
            if (radius <= previous)
            {
                return angle - Step;
            }

            previous = radius;
        }

        return limit;
    }
}
