using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Where the three synthetic cameras hang: on one mast behind the near touchline, level with the halfway line.</summary>
internal static class SyntheticRig
{
    public const double HorizontalFovDeg = 66;
    public const double TiltDeg = 17.5;

    /// <summary>Metres, pitch axes. All cameras share the optical centre, so that rotation alone aligns them.</summary>
    public static readonly Vector3D MastTop = new(PitchPlan.CenterX, -10, 7);

    private const double K1 = -0.11;
    private const double K2 = 0.02;
    private const double P1 = 0.0004;
    private const double P2 = -0.0003;

    /// <summary>Yaw to the right of straight across the pitch; 56 degrees between neighbours leaves 10 degrees of overlap, 15 %.</summary>
    /// <exception cref="ArgumentException">The synthetic rig has no such camera.</exception>
    public static double YawDeg(CameraId camera) => camera.Position switch
    {
        "left" => -56,
        "center" => 0,
        "right" => 56,
        _ => throw new ArgumentException($"The synthetic match is filmed by CAM_L, CAM_C and CAM_R; {camera} is not among them.", nameof(camera)),
    };

    /// <summary>The camera with the small mounting error that the seed gives it.</summary>
    public static CameraModel Camera(CameraId camera, int width, int height, int seed)
    {
        var yawDeg = YawDeg(camera);
        var random = new Random(HashCode(seed, (int)yawDeg));
        var yaw = Radians(yawDeg + Jitter(random, 0.5));
        var tilt = Radians(TiltDeg + Jitter(random, 0.4));
        var roll = Radians(Jitter(random, 0.4));

        var forward = new Vector3D(Math.Sin(yaw) * Math.Cos(tilt), Math.Cos(yaw) * Math.Cos(tilt), -Math.Sin(tilt));
        var levelRight = new Vector3D(Math.Cos(yaw), -Math.Sin(yaw), 0);
        var levelDown = Vector3D.Cross(forward, levelRight);
        var right = (levelRight * Math.Cos(roll)) + (levelDown * Math.Sin(roll));
        return new CameraModel(LensFor(width, height), MastTop, right, Vector3D.Cross(forward, right), forward);
    }

    public static ManifestLens LensFor(int width, int height)
    {
        var edge = Math.Tan(Radians(HorizontalFovDeg / 2));
        var distortedEdge = edge * (1 + (edge * edge * (K1 + (edge * edge * K2))));
        var focal = width / 2.0 / distortedEdge;
        return new ManifestLens(focal, focal, (width - 1) / 2.0, (height - 1) / 2.0, K1, K2, P1, P2, 0);
    }

    private static int HashCode(int seed, int salt) => unchecked((seed * 486187739) ^ (salt * 16777619));

    private static double Jitter(Random random, double spread) => ((random.NextDouble() * 2) - 1) * spread;

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
