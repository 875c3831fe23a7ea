using Rig.Actors.Recording;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Framing;

/// <summary>How a camera is aimed. The first fields are those that clients of earlier rigs know.</summary>
/// <param name="Status">One of <see cref="FramingStatus"/>.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="Message">What matters most, for a parent.</param>
/// <param name="PitchTop">Where the green begins, as a share of the height from the top; null where most of the picture has none.</param>
/// <param name="TiltDeg">Positive when the camera's right side is too low; null where no straight far edge shows it.</param>
/// <param name="Guidance">Everything to change, most important first; empty when nothing is.</param>
internal sealed record FramingResult(
    string Status,
    double Score,
    double GrassCoverage,
    int LinesDetected,
    bool HasCenterLine,
    bool HasPenaltyArea,
    bool HasSideline,
    string Message,
    double? PitchTop,
    double? TiltDeg,
    double Sharpness,
    double Brightness,
    double Overexposed,
    double Underexposed,
    bool Covered,
    IReadOnlyList<string> Guidance)
{
    public bool IsGood => Status is FramingStatus.Good or FramingStatus.Excellent;

    public ManifestFraming ForManifest(PreviewPicture picture) => new(
        picture.TakenAt, Status, Score, GrassCoverage, TiltDeg, Sharpness, Overexposed, Underexposed, Convert.ToBase64String(picture.Jpeg));
}

internal static class FramingStatus
{
    public const string NoField = "no_field";
    public const string Partial = "partial";
    public const string Good = "good";
    public const string Excellent = "excellent";
}
