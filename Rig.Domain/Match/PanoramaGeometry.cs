using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.Domain.Match;

/// <summary>
/// Where every pixel of a cylindrical panorama looks, and where it meets the pitch. Written by the stitch stage as
/// <c>stitched/panorama.json</c>, read by detection and by the viewer's player.
/// </summary>
/// <remarks>
/// Rig axes are OpenCV's: x right, y down, z forward at yaw 0. A pixel (u, v) looks along
/// (sin yaw, (v - HorizonRow) / FocalPx, cos yaw) with yaw = (u - CenterColumn) / FocalPx.
/// Pitch axes: metres; x along the touchline, 0 at the left corner as the cameras see it; y from the near touchline (0) to the far
/// one; z up. They are right-handed.
/// </remarks>
public sealed record PanoramaGeometry
{
    public required int Width { get; init; }
    public required int Height { get; init; }

    /// <summary>Radius of the cylinder in pixels.</summary>
    public required double FocalPx { get; init; }
    public required double CenterColumn { get; init; }
    public required double HorizonRow { get; init; }

    /// <summary>Null when the pitch could not be registered; positions are then in pixels only.</summary>
    public PitchRegistration? Pitch { get; init; }

    public double YawOf(double u) => (u - CenterColumn) / FocalPx;

    /// <summary>The pixel of a rig-axes direction; false when it looks straight up or down.</summary>
    public bool TryProject(double x, double y, double z, out double u, out double v)
    {
        var horizontal = Math.Sqrt((x * x) + (z * z));
        if (horizontal < 1e-9)
        {
            u = v = 0;
            return false;
        }

        u = CenterColumn + (FocalPx * Math.Atan2(x, z));
        v = HorizonRow + (FocalPx * y / horizontal);
        return true;
    }

    /// <summary>The point at height <paramref name="heightM"/> over the pitch that a pixel shows; false when it looks past it.</summary>
    public bool TryToPitch(double u, double v, out double pitchX, out double pitchY, double heightM = 0)
    {
        pitchX = pitchY = 0;
        if (Pitch is not { } pitch)
        {
            return false;
        }

        var (dx, dy, dz) = DirectionInPitch(pitch, u, v);
        var distance = (heightM - pitch.CameraZ) / dz;
        if (Math.Abs(dz) < 1e-9 || distance <= 0)
        {
            return false;
        }

        pitchX = pitch.CameraX + (distance * dx);
        pitchY = pitch.CameraY + (distance * dy);
        return true;
    }

    /// <summary>
    /// Where a pixel's ray meets the upright plane at <paramref name="planeX"/> (a goal's, say): across the pitch and up, metres;
    /// false when it runs away from the plane.
    /// </summary>
    public bool TryToUprightPlane(double u, double v, double planeX, out double pitchY, out double pitchZ)
    {
        pitchY = pitchZ = 0;
        if (Pitch is not { } pitch)
        {
            return false;
        }

        var (dx, dy, dz) = DirectionInPitch(pitch, u, v);
        var distance = (planeX - pitch.CameraX) / dx;
        if (Math.Abs(dx) < 1e-9 || distance <= 0)
        {
            return false;
        }

        pitchY = pitch.CameraY + (distance * dy);
        pitchZ = pitch.CameraZ + (distance * dz);
        return true;
    }

    /// <summary>The pixel that shows a point over the pitch (metres); false when the pitch is not registered.</summary>
    public bool TryToPixel(double pitchX, double pitchY, double pitchZ, out double u, out double v)
    {
        u = v = 0;
        if (Pitch is not { } pitch)
        {
            return false;
        }

        var (dx, dy, dz) = (pitchX - pitch.CameraX, pitchY - pitch.CameraY, pitchZ - pitch.CameraZ);
        var r = pitch.RigToPitch;
        return TryProject(
            (r[0] * dx) + (r[3] * dy) + (r[6] * dz),
            (r[1] * dx) + (r[4] * dy) + (r[7] * dz),
            (r[2] * dx) + (r[5] * dy) + (r[8] * dz),
            out u,
            out v);
    }

    private (double X, double Y, double Z) DirectionInPitch(PitchRegistration pitch, double u, double v)
    {
        var yaw = YawOf(u);
        var (x, y, z) = (Math.Sin(yaw), (v - HorizonRow) / FocalPx, Math.Cos(yaw));
        var r = pitch.RigToPitch;
        return ((r[0] * x) + (r[1] * y) + (r[2] * z), (r[3] * x) + (r[4] * y) + (r[5] * z), (r[6] * x) + (r[7] * y) + (r[8] * z));
    }

    public static PanoramaGeometry Parse(ReadOnlySpan<byte> utf8Json) =>
        JsonSerializer.Deserialize(utf8Json, PanoramaJson.Default.PanoramaGeometry)
        ?? throw new JsonException("The panorama's geometry is null.");

    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, PanoramaJson.Default.PanoramaGeometry);
}

/// <param name="LengthM">Touchline.</param>
/// <param name="WidthM">Goal line.</param>
/// <param name="RigToPitch">3x3 rotation, row-major: rig axes to pitch axes.</param>
/// <param name="ErrorPxMedian">Median distance between the pitch's drawn lines and their seen ones, panorama pixels.</param>
/// <param name="Method"><c>lines</c> or <c>points</c>.</param>
public sealed record PitchRegistration(
    double LengthM,
    double WidthM,
    double CameraX,
    double CameraY,
    double CameraZ,
    double[] RigToPitch,
    double ErrorPxMedian,
    string Method);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(PanoramaGeometry))]
public sealed partial class PanoramaJson : JsonSerializerContext;
