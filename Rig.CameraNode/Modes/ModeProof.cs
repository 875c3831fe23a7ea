using System.Globalization;
using System.Text.Json.Serialization;
using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Modes;

/// <summary>How fast an encoder of this machine was at a mode, measured with the camera streaming beside it.</summary>
/// <param name="Camera">The camera's name, without the number of its device node.</param>
/// <param name="MeasuredFps">Encoded pictures a second, the mean.</param>
/// <param name="SlowestSecondFps">Of its whole seconds the slowest.</param>
/// <param name="CameraFps">Pictures a second that the camera delivered meanwhile; null for a drawn one.</param>
internal sealed record ModeProof(
    string Source, string Camera, int Width, int Height, int Fps, string Codec, double BitrateMbps, string Preset, string Encoder,
    double MeasuredFps, double SlowestSecondFps, double? CameraFps, double Seconds, DateTimeOffset MeasuredAt, MachineFingerprint Machine)
{
    /// <summary>A camera may be this much slower than its mode says, as exposure and rounding make it.</summary>
    private const double CameraTolerance = 0.95;

    /// <summary>A mode is offered when the mean is 15 % above its rate, no whole second was below the rate, and the camera delivered.</summary>
    [JsonIgnore]
    internal bool Holds => MeasuredFps >= Fps * EncoderSelection.Headroom && SlowestSecondFps >= Fps && !(CameraFps < Fps * CameraTolerance);

    /// <summary>What stands beside the mode for a person to read.</summary>
    internal string Verdict() => string.Create(
        CultureInfo.InvariantCulture,
        $"{MeasuredFps:F1} frames a second (slowest second {SlowestSecondFps:F1}, headroom {((MeasuredFps / Fps) - 1) * 100:F0} %){(CameraFps < Fps * CameraTolerance ? $", but the camera delivered only {CameraFps:F1}" : "")}, {Fps * EncoderSelection.Headroom:F1} are needed");

    internal bool IsSameMeasurement(ModeProof other) =>
        (Source, Camera, Width, Height, Fps, Codec, BitrateMbps, Preset, Encoder) ==
        (other.Source, other.Camera, other.Width, other.Height, other.Fps, other.Codec, other.BitrateMbps, other.Preset, other.Encoder);
}
