namespace Rig.Domain.Match;

/// <summary>How well the follow camera keeps to a ball whose place is known.</summary>
/// <param name="Frames">In which the ball can be seen.</param>
/// <param name="Within15M">Share of them in which the picture's middle is within 15 m of the ball, across the line of sight at the ball's distance.</param>
/// <param name="InPicture">Share of them in which the ball is in a picture of 16 to 9.</param>
public sealed record FollowScore(int Frames, double Within15M, double InPicture)
{
    private const double NearM = 15;
    private const double Aspect = 16.0 / 9;

    /// <param name="balls">Panorama pixels; a ball in the air may lie anywhere above its place.</param>
    public static FollowScore Of(IReadOnlyList<FollowKey> follow, IEnumerable<(double TSeconds, double U, double V)> balls, PanoramaGeometry geometry)
    {
        var (frames, near, inside) = (0, 0, 0);
        foreach (var (t, u, v) in balls)
        {
            var look = FollowTrack.At(follow, t);
            var aside = geometry.YawOf(u) - Radians(look.YawDeg);
            var above = Math.Atan((v - geometry.HorizonRow) / geometry.FocalPx) - Radians(look.PitchDeg);
            frames++;
            near += Math.Sqrt((aside * aside) + (above * above)) * DistanceM(geometry, u, v) <= NearM ? 1 : 0;
            var half = Math.Tan(Radians(look.FovDeg) / 2);
            inside += Math.Abs(Math.Tan(aside)) <= half && Math.Abs(Math.Tan(above)) <= half / Aspect ? 1 : 0;
        }

        return new FollowScore(frames, frames == 0 ? 0 : (double)near / frames, frames == 0 ? 0 : (double)inside / frames);
    }

    /// <summary>To the ground that the pixel shows, and no farther than the pitch reaches.</summary>
    private static double DistanceM(PanoramaGeometry geometry, double u, double v)
    {
        if (geometry.Pitch is not { } pitch)
        {
            return double.PositiveInfinity;
        }

        var farthest = Math.Sqrt((pitch.LengthM * pitch.LengthM / 4) + ((pitch.WidthM - pitch.CameraY) * (pitch.WidthM - pitch.CameraY)));
        return geometry.TryToPitch(u, v, out var x, out var y)
            ? Math.Min(farthest, Math.Sqrt(((x - pitch.CameraX) * (x - pitch.CameraX)) + ((y - pitch.CameraY) * (y - pitch.CameraY)) + (pitch.CameraZ * pitch.CameraZ)))
            : farthest;
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
