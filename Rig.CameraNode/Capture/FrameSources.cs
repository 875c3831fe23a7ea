using Rig.CameraNode.Capture.Libcamera;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.V4l2;

namespace Rig.CameraNode.Capture;

/// <summary>The kinds of camera there are, by the name that configuration uses.</summary>
internal static class FrameSources
{
    internal const string Synthetic = "synthetic";
    internal const string Footage = "footage";
    internal const string Pattern = "pattern";

    internal const string V4l2 = "v4l2";
    internal const string Libcamera = "libcamera";

    internal static readonly IReadOnlyList<string> Names = [Synthetic, Footage, Pattern, V4l2, Libcamera];

    /// <summary>A camera with a driver, which delivers when it has a picture; the others draw one when asked.</summary>
    internal static bool IsLive(string name) => name is V4l2 or Libcamera;

    /// <summary>A camera that rig-rehearsal draws or plays; rig-node itself does not have it.</summary>
    internal static bool IsRehearsed(string name) => name is Synthetic or Footage;

    /// <summary>Opens a camera with a driver.</summary>
    /// <exception cref="IOException">It is not there, or its driver refused.</exception>
    /// <exception cref="InvalidDataException">It has not this mode.</exception>
    internal static ILiveSource Open(ConfigureCapture c)
    {
        var mode = new CameraRequest(c.Width, c.Height, c.Fps);
        return c.Source == Libcamera ? LibcameraSource.Open(c.Device ?? "", mode) : V4l2Camera.Open(c.Device ?? "", mode);
    }

    /// <summary>The name of the camera that is meant, without the number of its device node; a drawn one is named by its kind.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    internal static string Identify(ConfigureCapture c) => c.Source switch
    {
        V4l2 => V4l2Camera.Find(c.Device ?? "", new CameraRequest(c.Width, c.Height, c.Fps)).Card,
        Libcamera => LibcameraSource.Find(c.Device ?? "").Model,
        _ => c.Source,
    };

    /// <summary>The sizes that the camera has at this rate; null for a drawn one, which has any.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    internal static IReadOnlyList<(int Width, int Height)>? SizesAt(ConfigureCapture c) => c.Source switch
    {
        V4l2 => [.. V4l2Camera.Find(c.Device ?? "", new CameraRequest(c.Width, c.Height, c.Fps)).Modes.Where(m => m.Fps == 0 || m.Fps > c.Fps * 0.99).Select(m => (m.Width, m.Height))],
        Libcamera => [.. LibcameraSource.Find(c.Device ?? "").Modes.Select(m => (m.MaxWidth, m.MaxHeight))],
        _ => null,
    };

    /// <summary>Makes a camera that needs neither a driver nor rig-rehearsal.</summary>
    /// <exception cref="InvalidDataException">No such source.</exception>
    internal static IFrameSource Create(ConfigureCapture c) => c.Source switch
    {
        Pattern => new TestPatternSource(c.Width, c.Height, c.Fps),
        Synthetic or Footage => throw new InvalidDataException($"The source '{c.Source}' is rig-rehearsal's; Rig:Camera:CaptureProgram names that program."),
        _ => throw new InvalidDataException($"There is no camera source '{c.Source}'; Rig:Camera:Source is one of {string.Join(", ", Names)}."),
    };
}
