using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using static Rig.CameraNode.V4l2.V4l2Api;

namespace Rig.CameraNode.V4l2;

/// <summary>A size and rate that a camera says it delivers.</summary>
/// <param name="Fps">The highest it names at this size; 0 where it does not say.</param>
internal sealed record CameraMode(int Width, int Height, double Fps, string PixelFormat);

/// <summary>A camera that V4L2 knows.</summary>
internal sealed record V4l2CameraInfo(string Path, string Driver, string Card, string Bus, IReadOnlyList<CameraMode> Modes);

/// <summary>A stateful encoder that V4L2 knows, and which of its formats Rig can use.</summary>
internal sealed record V4l2EncoderInfo(string Path, string Driver, string Card, bool MultiPlanar, IReadOnlyList<uint> Raw, IReadOnlyList<uint> Coded);

/// <summary>Finds cameras and encoders by what their nodes can do; a node's number means nothing.</summary>
internal static class V4l2Discovery
{
    /// <summary>More of anything than this is a driver that does not end its list.</summary>
    private const uint MaxItems = 64;

    private static readonly (int Width, int Height)[] UsualSizes =
        [(640, 480), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160)];

    internal static IReadOnlyList<V4l2CameraInfo> Cameras() => [.. Inspect(AsCamera)];

    internal static IReadOnlyList<V4l2EncoderInfo> EncoderDevices() => [.. Inspect(AsEncoder)];

    /// <summary>The buffer type by which a node captures pictures; 0 when it is no camera.</summary>
    internal static uint CaptureType(V4l2Device device)
    {
        var can = device.Capabilities;
        return (can & V4L2_CAP_STREAMING) == 0 || (can & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) != 0 ? 0
            : (can & V4L2_CAP_VIDEO_CAPTURE) != 0 ? V4L2_BUF_TYPE_VIDEO_CAPTURE
            : (can & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0 ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : 0;
    }

    /// <summary>The pixel formats of a queue, in the driver's order.</summary>
    internal static IReadOnlyList<uint> Formats(V4l2Device device, uint type)
    {
        var formats = new List<uint>();
        for (uint i = 0; i < MaxItems; i++)
        {
            var format = new V4l2FmtDesc { Index = i, Type = type };
            if (device.TryCall(VIDIOC_ENUM_FMT, ref format) != 0)
            {
                break;
            }

            formats.Add(format.PixelFormat);
        }

        return formats;
    }

    /// <summary>The highest rate a camera names for a format and size; 0 where it does not name any, null where it has not the size.</summary>
    internal static double? MaxFps(V4l2Device device, uint pixelFormat, int width, int height)
    {
        if (!Sizes(device, pixelFormat).Any(s => s.Contains(width, height)))
        {
            return null;
        }

        double fastest = 0;
        for (uint i = 0; i < MaxItems; i++)
        {
            var interval = new V4l2FrmIvalEnum { Index = i, PixelFormat = pixelFormat, Width = (uint)width, Height = (uint)height };
            if (device.TryCall(VIDIOC_ENUM_FRAMEINTERVALS, ref interval) != 0)
            {
                break;
            }

            if (interval.Min.Numerator > 0)
            {
                fastest = Math.Max(fastest, (double)interval.Min.Denominator / interval.Min.Numerator);
            }

            if (interval.Type != V4L2_FRMIVAL_TYPE_DISCRETE)
            {
                break;
            }
        }

        return fastest;
    }

    private static List<SizeRange> Sizes(V4l2Device device, uint pixelFormat)
    {
        var sizes = new List<SizeRange>();
        for (uint i = 0; i < MaxItems; i++)
        {
            var size = new V4l2FrmSizeEnum { Index = i, PixelFormat = pixelFormat };
            if (device.TryCall(VIDIOC_ENUM_FRAMESIZES, ref size) != 0)
            {
                break;
            }

            if (size.Type != V4L2_FRMSIZE_TYPE_DISCRETE)
            {
                sizes.Add(new SizeRange((int)size.MinWidth, (int)size.MaxWidth, (int)Math.Max(1, size.StepWidth), (int)size.MinHeight, (int)size.MaxHeight, (int)Math.Max(1, size.StepHeight)));
                break;
            }

            sizes.Add(new SizeRange((int)size.MinWidth, (int)size.MinWidth, 1, (int)size.MaxWidth, (int)size.MaxWidth, 1));
        }

        return sizes;
    }

    private static IEnumerable<T> Inspect<T>(Func<V4l2Device, T?> what)
        where T : class
    {
        if (!Directory.Exists("/dev"))
        {
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles("/dev", "video*").Order(StringComparer.Ordinal))
        {
            T? found = null;
            try
            {
                using var device = V4l2Device.Open(path);
                found = what(device);
            }
            catch (PosixException)
            {
                // Busy, not ours to open, or gone again: a device that cannot be opened is none.
            }

            if (found is not null)
            {
                yield return found;
            }
        }
    }

    private static V4l2CameraInfo? AsCamera(V4l2Device device)
    {
        var type = CaptureType(device);
        if (type == 0)
        {
            return null;
        }

        var modes = new List<CameraMode>();
        foreach (var format in Formats(device, type).Intersect(PixelFormats.Readable))
        {
            foreach (var size in Sizes(device, format))
            {
                var sizes = size.IsOne ? [(size.MinWidth, size.MinHeight)] : UsualSizes.Where(s => size.Contains(s.Width, s.Height));
                foreach (var (width, height) in sizes)
                {
                    modes.Add(new CameraMode(width, height, Math.Round(MaxFps(device, format, width, height) ?? 0, 2), PixelFormats.Name(format)));
                }
            }
        }

        // Nodes of metadata, of raw sensor data or of an image processor's inputs have no format that can be recorded.
        return modes.Count == 0 && !HasDvTimings(device) ? null : new V4l2CameraInfo(device.Path, device.Driver, device.Card, device.Bus, modes);
    }

    private static V4l2EncoderInfo? AsEncoder(V4l2Device device)
    {
        var multi = (device.Capabilities & V4L2_CAP_VIDEO_M2M_MPLANE) != 0;
        if (!multi && (device.Capabilities & V4L2_CAP_VIDEO_M2M) == 0)
        {
            return null;
        }

        uint[] usable = [PixelFormats.H264, PixelFormats.Hevc, PixelFormats.Fwht];
        var coded = Formats(device, multi ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE : V4L2_BUF_TYPE_VIDEO_CAPTURE).Intersect(usable).ToList();
        var raw = Formats(device, multi ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE : V4L2_BUF_TYPE_VIDEO_OUTPUT).Intersect(PixelFormats.Readable).ToList();
        return coded.Count == 0 || raw.Count == 0 ? null : new V4l2EncoderInfo(device.Path, device.Driver, device.Card, multi, raw, coded);
    }

    internal static bool HasDvTimings(V4l2Device device)
    {
        var index = 0;
        if (device.TryCall(VIDIOC_G_INPUT, ref index) != 0)
        {
            return false;
        }

        var input = new V4l2Input { Index = (uint)index };
        return device.TryCall(VIDIOC_ENUMINPUT, ref input) == 0 && (input.Capabilities & V4L2_IN_CAP_DV_TIMINGS) != 0;
    }

    private readonly record struct SizeRange(int MinWidth, int MaxWidth, int StepWidth, int MinHeight, int MaxHeight, int StepHeight)
    {
        internal bool IsOne => MinWidth == MaxWidth && MinHeight == MaxHeight;

        internal bool Contains(int width, int height) =>
            width >= MinWidth && width <= MaxWidth && (width - MinWidth) % StepWidth == 0
            && height >= MinHeight && height <= MaxHeight && (height - MinHeight) % StepHeight == 0;
    }
}
