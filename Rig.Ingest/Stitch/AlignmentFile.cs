using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Ingest.Stitch;

/// <summary>
/// <c>stitched/alignment.json</c>: what alignment found out about the rig, once per session; all that stitching needs beside the
/// panorama's geometry.
/// </summary>
/// <param name="StartTime">Master-clock instant of the panorama's first frame.</param>
/// <param name="SeamErrorPxMedian">Panorama pixels, on matches held out of the fit.</param>
internal sealed record AlignmentFile(
    DateTimeOffset StartTime,
    IReadOnlyList<AlignedCamera> Cameras,
    double SeamErrorPxMedian,
    double SeamErrorPxP95,
    int Matches,
    int HeldOut,
    string LensSource)
{
    public static AlignmentFile Parse(ReadOnlySpan<byte> utf8Json) =>
        JsonSerializer.Deserialize(utf8Json, AlignmentJson.Default.AlignmentFile) ?? throw new JsonException("The alignment is null.");

    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, AlignmentJson.Default.AlignmentFile);
}

/// <param name="ToRig">3x3 rotation, row-major: camera axes to the panorama's.</param>
/// <param name="SyncCorrectionMs">Added to the camera's times.</param>
/// <param name="SyncConfidence">0 to 1; the correction is 0 where it is too low.</param>
internal sealed record AlignedCamera(
    string CameraId,
    CameraLens Lens,
    double[] ToRig,
    ExposureMatch Exposure,
    double SyncCorrectionMs,
    double SyncConfidence)
{
    public CameraModel Model() => new(
        Lens,
        new Rotation(new(ToRig[0], ToRig[1], ToRig[2]), new(ToRig[3], ToRig[4], ToRig[5]), new(ToRig[6], ToRig[7], ToRig[8])));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(AlignmentFile))]
internal sealed partial class AlignmentJson : JsonSerializerContext;
