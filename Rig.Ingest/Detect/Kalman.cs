namespace Rig.Ingest.Detect;

/// <summary>A symmetric 2x2 matrix.</summary>
internal readonly record struct Symmetric(double XX, double XY, double YY)
{
    public static Symmetric operator +(Symmetric a, Symmetric b) => new(a.XX + b.XX, a.XY + b.XY, a.YY + b.YY);

    public static Symmetric Isotropic(double variance) => new(variance, 0, variance);

    /// <summary>An error ellipse with its long axis along a unit vector.</summary>
    public static Symmetric Along(double x, double y, double along, double across)
    {
        var (a, c) = (along * along, across * across);
        return new((a * x * x) + (c * y * y), (a - c) * x * y, (a * y * y) + (c * x * x));
    }

    public Symmetric Inverse()
    {
        var determinant = Math.Max(1e-12, (XX * YY) - (XY * XY));
        return new(YY / determinant, -XY / determinant, XX / determinant);
    }

    public double Form(double x, double y) => (XX * x * x) + (2 * XY * x * y) + (YY * y * y);
}

/// <summary>
/// Position and velocity on the ground under white acceleration. Both axes share one position/velocity covariance structure, so
/// the 4x4 filter falls into 2x2 blocks (P, C, V); C stays symmetric because noise enters both axes alike.
/// </summary>
internal sealed class Kalman
{
    private const double AccelerationSigma = 3.5;
    private const double FirstSpeedSigma = 3;
    private Symmetric p;
    private Symmetric c;
    private Symmetric v;

    public Kalman(double x, double y, Symmetric noise) => (X, Y, p, v) = (x, y, noise, Symmetric.Isotropic(FirstSpeedSigma * FirstSpeedSigma));

    public double X { get; private set; }

    public double Y { get; private set; }

    public double VelocityX { get; private set; }

    public double VelocityY { get; private set; }

    public void Predict(double seconds)
    {
        X += VelocityX * seconds;
        Y += VelocityY * seconds;
        var q = AccelerationSigma * AccelerationSigma * seconds;
        p = p + Scale(c, 2 * seconds) + Scale(v, seconds * seconds) + Symmetric.Isotropic(q * seconds * seconds / 3);
        c = c + Scale(v, seconds) + Symmetric.Isotropic(q * seconds / 2);
        v += Symmetric.Isotropic(q);
    }

    /// <summary>Squared Mahalanobis distance of a measurement.</summary>
    public double Misfit(double x, double y, Symmetric noise) => (p + noise).Inverse().Form(x - X, y - Y);

    public void Correct(double x, double y, Symmetric noise)
    {
        var (dx, dy) = (x - X, y - Y);
        var s = (p + noise).Inverse();
        var (wx, wy) = ((s.XX * dx) + (s.XY * dy), (s.XY * dx) + (s.YY * dy));
        X += (p.XX * wx) + (p.XY * wy);
        Y += (p.XY * wx) + (p.YY * wy);
        VelocityX += (c.XX * wx) + (c.XY * wy);
        VelocityY += (c.XY * wx) + (c.YY * wy);
        (p, c, v) = (Minus(p, p, s, p), Minus(c, c, s, p), Minus(v, c, s, c));
    }

    /// <summary>a - b s d', symmetrised.</summary>
    private static Symmetric Minus(Symmetric a, Symmetric b, Symmetric s, Symmetric d)
    {
        var (bs11, bs12) = ((b.XX * s.XX) + (b.XY * s.XY), (b.XX * s.XY) + (b.XY * s.YY));
        var (bs21, bs22) = ((b.XY * s.XX) + (b.YY * s.XY), (b.XY * s.XY) + (b.YY * s.YY));
        var xx = (bs11 * d.XX) + (bs12 * d.XY);
        var yy = (bs21 * d.XY) + (bs22 * d.YY);
        var xy = ((bs11 * d.XY) + (bs12 * d.YY) + (bs21 * d.XX) + (bs22 * d.XY)) / 2;
        return new(a.XX - xx, a.XY - xy, a.YY - yy);
    }

    private static Symmetric Scale(Symmetric a, double factor) => new(a.XX * factor, a.XY * factor, a.YY * factor);
}
