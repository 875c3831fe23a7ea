using Rig.Domain.Match;

namespace Rig.Ingest.Detect;

/// <summary>
/// The ground as detection measures it. Without a registered pitch a level one is assumed below the cameras, so that sizes and
/// speeds still make sense; metres are then not given out.
/// </summary>
internal sealed class PitchView
{
    public const double PersonHeightM = 1.65;
    public const double BallDiameterM = 0.22;
    private const double AssumedReachM = 110;
    private readonly PanoramaGeometry geometry;
    private readonly PitchRegistration pitch;
    private readonly double marginM;

    public PitchView(PanoramaGeometry geometry, DetectOptions options)
    {
        IsRegistered = geometry.Pitch is not null;
        pitch = geometry.Pitch ?? new PitchRegistration(AssumedReachM * 2, AssumedReachM, AssumedReachM, 0, options.AssumedCameraHeightM, [1, 0, 0, 0, 0, 1, 0, -1, 0], 0, "assumed");
        this.geometry = geometry with { Pitch = pitch };
        marginM = options.MarginM;
    }

    public bool IsRegistered { get; }

    public PanoramaGeometry Geometry => geometry;

    public double LengthM => pitch.LengthM;

    public double WidthM => pitch.WidthM;

    /// <summary>The ground that a pixel shows; false when it shows none within reach.</summary>
    public bool TryToGround(double u, double v, out double x, out double y, double heightM = 0) => geometry.TryToPitch(u, v, out x, out y, heightM);

    public bool IsOnPitch(double x, double y, double extraM = 0) =>
        x >= -marginM - extraM && x <= pitch.LengthM + marginM + extraM && y >= -marginM - extraM && y <= pitch.WidthM + marginM + extraM;

    /// <summary>Height in pixels of a person whose feet are at this pixel; 0 where nobody can stand.</summary>
    public double PersonPx(double u, double v) =>
        TryToGround(u, v, out var x, out var y) && geometry.TryToPixel(x, y, PersonHeightM, out _, out var head) ? Math.Max(0, v - head) : 0;

    /// <summary>Row of the feet of a person whose head's top is at this pixel.</summary>
    public double FeetRow(double u, double headV) =>
        TryToGround(u, headV, out var x, out var y, PersonHeightM) && geometry.TryToPixel(x, y, 0, out _, out var v) ? v : headV;

    /// <summary>Metres that one pixel stands for across the line of sight at this place.</summary>
    public double MetresPerPixel(double x, double y, double heightM = 0) => Distance(x, y, heightM) / geometry.FocalPx;

    /// <summary>Metres that one pixel up or down stands for along the ground, away from the cameras.</summary>
    public double DepthPerPixel(double x, double y) => MetresPerPixel(x, y) * Distance(x, y) / pitch.CameraZ;

    /// <summary>Unit vector on the ground from the cameras to this place.</summary>
    public (double X, double Y) Sight(double x, double y)
    {
        var (dx, dy) = (x - pitch.CameraX, y - pitch.CameraY);
        var length = Math.Max(0.1, Math.Sqrt((dx * dx) + (dy * dy)));
        return (dx / length, dy / length);
    }

    private double Distance(double x, double y, double heightM = 0)
    {
        var (dx, dy, dz) = (x - pitch.CameraX, y - pitch.CameraY, pitch.CameraZ - heightM);
        return Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz));
    }
}
