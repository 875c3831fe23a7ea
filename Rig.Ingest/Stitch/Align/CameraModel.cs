using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Align;

/// <summary>A camera of the rig: its lens, and the rotation from its axes to the rig's.</summary>
internal sealed record CameraModel(CameraLens Lens, Rotation ToRig)
{
    public bool TryProject(Vector3d rigDirection, out double u, out double v) => Lens.TryProject(ToRig.Transposed * rigDirection, out u, out v);

    public Vector3d RayOf(double u, double v) => ToRig * Lens.Unproject(u, v);
}

/// <summary>How far refinement may move a lens from its starting value: standard deviations.</summary>
internal sealed record LensUncertainty(double FocalRelative, double CenterPx, double Distortion)
{
    /// <summary>Calibrated by the maker of the recording; only small corrections are believed.</summary>
    public static readonly LensUncertainty Manifest = new(0.004, 3, 0.01);

    /// <summary>Boards fill the middle of the picture, and a fit to them drifts at the edges, where the seam lies.</summary>
    public static readonly LensUncertainty Checkerboard = new(0.02, 20, 0.05);

    public static readonly LensUncertainty Guess = new(0.15, 30, 0.1);
}
