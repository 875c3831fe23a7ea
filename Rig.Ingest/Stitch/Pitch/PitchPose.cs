using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Pitch;

/// <summary>Where the rig stands over the pitch (metres, PanoramaGeometry's axes) and how its axes lie there.</summary>
internal sealed record PitchPose(double X, double Y, double Z, Rotation RigToPitch)
{
    /// <summary>OpenCV axes that look across the pitch at its far touchline: x along, y (down) is -z, z (forward) is y.</summary>
    public static readonly Rotation LevelAcross = new(new(1, 0, 0), new(0, 0, 1), new(0, -1, 0));

    public Vector3d ToRigDirection(double x, double y, double z) => RigToPitch.Transposed * new Vector3d(x - X, y - Y, z - Z);
}

/// <summary>A point of the pitch's markings that somebody marked in a camera's picture.</summary>
/// <param name="Camera">Index of the camera, left to right.</param>
/// <param name="X">Metres, PanoramaGeometry's pitch axes.</param>
internal readonly record struct PitchPoint(int Camera, double U, double V, double X, double Y);
