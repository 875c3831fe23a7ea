namespace Rig.Ingest.Stitch.Geometry;

/// <summary>A 3x3 rotation, given by its rows.</summary>
internal readonly record struct Rotation(Vector3d Row0, Vector3d Row1, Vector3d Row2)
{
    public static readonly Rotation Identity = new(new(1, 0, 0), new(0, 1, 0), new(0, 0, 1));

    public Vector3d Column0 => new(Row0.X, Row1.X, Row2.X);

    public Vector3d Column1 => new(Row0.Y, Row1.Y, Row2.Y);

    public Vector3d Column2 => new(Row0.Z, Row1.Z, Row2.Z);

    public Rotation Transposed => new(Column0, Column1, Column2);

    public static Vector3d operator *(Rotation r, Vector3d v) => new(r.Row0.Dot(v), r.Row1.Dot(v), r.Row2.Dot(v));

    public static Rotation operator *(Rotation a, Rotation b) => new(b.TransposedTimes(a.Row0), b.TransposedTimes(a.Row1), b.TransposedTimes(a.Row2));

    public static Rotation FromColumns(Vector3d c0, Vector3d c1, Vector3d c2) => new Rotation(c0, c1, c2).Transposed;

    /// <summary>Rodrigues' formula; the vector's length is the angle in radians.</summary>
    public static Rotation FromVector(Vector3d v)
    {
        var angle = v.Length;
        if (angle < 1e-12)
        {
            return Identity;
        }

        var k = (1 / angle) * v;
        var (s, c) = Math.SinCos(angle);
        var t = 1 - c;
        return new(
            new(c + (k.X * k.X * t), (k.X * k.Y * t) - (k.Z * s), (k.X * k.Z * t) + (k.Y * s)),
            new((k.Y * k.X * t) + (k.Z * s), c + (k.Y * k.Y * t), (k.Y * k.Z * t) - (k.X * s)),
            new((k.Z * k.X * t) - (k.Y * s), (k.Z * k.Y * t) + (k.X * s), c + (k.Z * k.Z * t)));
    }

    /// <summary>Turns by <paramref name="yaw"/> to the right about the axis that points down (OpenCV's axes).</summary>
    public static Rotation FromYaw(double yaw) => FromVector(new(0, yaw, 0));

    public double AngleTo(Rotation other)
    {
        var relative = Transposed * other;
        var trace = relative.Row0.X + relative.Row1.Y + relative.Row2.Z;
        return Math.Acos(Math.Clamp((trace - 1) / 2, -1, 1));
    }

    public override string ToString() => $"[{Row0}, {Row1}, {Row2}]";

    public double[] ToRowMajor() => [Row0.X, Row0.Y, Row0.Z, Row1.X, Row1.Y, Row1.Z, Row2.X, Row2.Y, Row2.Z];

    private Vector3d TransposedTimes(Vector3d v) => new(Column0.Dot(v), Column1.Dot(v), Column2.Dot(v));
}
