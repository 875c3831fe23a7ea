using System.Globalization;
using Rig.Domain.Match;
using Rig.Ingest.Stitch;
using Rig.Tests.Support;

namespace Rig.Tests.Detect;

/// <summary>Where somebody saw the ball; no camera where it cannot be seen. Pixels are that camera's.</summary>
internal sealed record LabelledBall(long TMs, string Half, string? Camera, double U, double V)
{
    public static IReadOnlyList<LabelledBall> Read() =>
        [.. File.ReadLines(Path.Combine(Checkout.Root, "Rig.Tests", "Detect", "Truth", "tsukuba_ball.csv")).Skip(1).Select(line => line.Split(',')).Select(Of)];

    /// <summary>The panorama's pixel of the label; null where the ball cannot be seen.</summary>
    public (double U, double V)? In(PanoramaGeometry panorama, AlignmentFile alignment)
    {
        if (Camera is null)
        {
            return null;
        }

        var ray = alignment.Cameras.Single(camera => camera.CameraId == Camera).Model().RayOf(U, V);
        return panorama.TryProject(ray.X, ray.Y, ray.Z, out var u, out var v) ? (u, v) : null;
    }

    private static LabelledBall Of(string[] fields) =>
        fields[2].Length == 0
            ? new(long.Parse(fields[0], CultureInfo.InvariantCulture), fields[1], null, 0, 0)
            : new(
                long.Parse(fields[0], CultureInfo.InvariantCulture),
                fields[1],
                fields[2],
                double.Parse(fields[3], CultureInfo.InvariantCulture),
                double.Parse(fields[4], CultureInfo.InvariantCulture));
}
