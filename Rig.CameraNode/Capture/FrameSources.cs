using Rig.CameraNode.Capture.Libcamera;
using Rig.CameraNode.Capture.Synthetic;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.V4l2;
using Rig.Domain.Identity;

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

    /// <exception cref="InvalidDataException">No such source.</exception>
    internal static IFrameSource Create(ConfigureCapture c) => c.Source switch
    {
        Synthetic => new SyntheticSource(CameraId.Parse(c.CameraId), c.Width, c.Height, c.Fps, c.Seed),
        Footage => new FootageSource(c.FootageFile ?? "", c.Width, c.Height, c.Fps),
        Pattern => new TestPatternSource(c.Width, c.Height, c.Fps),
        _ => throw new InvalidDataException($"There is no camera source '{c.Source}'; Rig:Camera:Source is one of {string.Join(", ", Names)}."),
    };
}
