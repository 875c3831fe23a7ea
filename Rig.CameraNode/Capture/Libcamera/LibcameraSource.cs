using System.Globalization;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Capture.Libcamera;

/// <summary>A streaming camera by libcamera, such as those at a Raspberry Pi's camera connectors. docs/design/capture.md.</summary>
internal sealed class LibcameraSource : ILiveSource, ILentPicture
{
    private const int Buffers = 8;
    private const long SecondNs = 1_000_000_000;

    private readonly RigCamHandle handle;
    private readonly RigCam.Picture[] pictures = new RigCam.Picture[64];
    private readonly bool[] held = new bool[64];
    private readonly object gate = new();
    private JpegDecompressor? jpeg;
    private bool closed;

    private LibcameraSource(RigCamHandle handle, LibcameraInfo info, RigCam.Layout layout, int fps)
    {
        this.handle = handle;
        Model = $"{info.Model} (libcamera {info.Id})";
        Layout = new PictureLayout(layout.Width, layout.Height, layout.PixelFormat, layout.Stride, layout.SizeBytes);
        if (layout.UOffset > 0)
        {
            Layout = Layout with { UOffset = layout.UOffset, VOffset = layout.VOffset > 0 ? layout.VOffset : Layout.VOffset };
        }

        Fps = fps;
        FrameDurationNs = SecondNs / fps;
        if (Layout.PixelFormat == PixelFormats.Mjpg)
        {
            jpeg = new JpegDecompressor(layout.Width, layout.Height);
        }
    }

    public string Model { get; }

    public PictureLayout Layout { get; }

    public int Fps { get; }

    public long FrameDurationNs { get; }

    public ManifestLens? Lens => null;

    /// <param name="name">Id or model of one of the cameras there are; empty for the first.</param>
    /// <exception cref="CameraFaultException">There is no such camera now.</exception>
    /// <exception cref="IOException">The camera refused.</exception>
    /// <exception cref="InvalidDataException">The camera has not this mode.</exception>
    internal static LibcameraSource Open(string name, CameraRequest wanted)
    {
        var camera = Find(name);
        var request = new RigCam.Wanted { Width = wanted.Width, Height = wanted.Height, FrameDurationUs = 1_000_000 / wanted.Fps, Buffers = Buffers, LensPosition = -1 };
        if (RigCam.Open(camera.Id, in request, out var layout, out var handle) < 0)
        {
            throw new CameraFaultException(DropCause.CameraGone, LibcameraDiscovery.LastError());
        }

        if (layout.Width != wanted.Width || layout.Height != wanted.Height)
        {
            handle.Dispose();
            throw new InvalidDataException($"The camera {camera.Id} delivers {layout.Width}x{layout.Height} and not {wanted.Width}x{wanted.Height}; choose a mode that 'rig-node probe' lists.");
        }

        // Cameras round the duration to whole lines; a rate that is out of their reach by more is another mode.
        if (layout.MinFrameDurationUs > 1.02 * request.FrameDurationUs || (layout.MaxFrameDurationUs > 0 && layout.MaxFrameDurationUs < 0.98 * request.FrameDurationUs))
        {
            handle.Dispose();
            var fastest = (1e6 / layout.MinFrameDurationUs).ToString("F1", CultureInfo.InvariantCulture);
            throw new InvalidDataException($"The camera {camera.Id} delivers at most {fastest} pictures a second at {layout.Width}x{layout.Height}, and {wanted.Fps} are asked for.");
        }

        return new LibcameraSource(handle, camera, layout, wanted.Fps);
    }

    /// <summary>The camera of this id or model; for an empty name the first.</summary>
    /// <exception cref="CameraFaultException">There is no such camera now.</exception>
    internal static LibcameraInfo Find(string name)
    {
        var cameras = LibcameraDiscovery.Cameras(out var problem);
        return cameras.FirstOrDefault(c => name.Length == 0 || c.Id == name || c.Model == name)
            ?? throw new CameraFaultException(DropCause.CameraGone, problem ?? (cameras.Count == 0
                ? "libcamera sees no camera; check the ribbon cable and that the camera is set up in the Pi's config.txt."
                : $"libcamera has no camera '{name}'; Rig:Camera:Device is one of: {string.Join(", ", cameras.Select(c => c.Id))}."));
    }

    public LivePicture? TryTake(TimeSpan timeout)
    {
        while (true)
        {
            var taken = RigCam.Take(handle, (int)Math.Max(0, timeout.TotalMilliseconds), out var picture);
            if (taken == 0)
            {
                return null;
            }

            if (taken < 0)
            {
                throw new CameraFaultException(-taken == PosixException.Enodev ? DropCause.CameraGone : DropCause.CameraFault, $"{Model}: {LibcameraDiscovery.LastError()}");
            }

            if (picture.Damaged != 0)
            {
                Release(picture.Index);
                continue;
            }

            pictures[picture.Index] = picture;
            lock (gate)
            {
                handle.DangerousAddRef(ref held[picture.Index]);
            }

            var sensorNs = (picture.Has & RigCam.HasSensorTimestamp) != 0 ? picture.SensorTimestampNs : (long?)null;
            var metadata = new PictureMetadata(
                sensorNs,
                (picture.Has & RigCam.HasExposure) != 0 ? picture.ExposureUs : null,
                (picture.Has & RigCam.HasGain) != 0 ? picture.AnalogueGain : null,
                (picture.Has & RigCam.HasLens) != 0 ? picture.LensPosition : null);
            return new LivePicture(picture.Sequence, MonotonicClock.FromBootOrMonotonic(sensorNs ?? picture.TimestampNs), picture.DmaBuf, picture.DmaBufBytes, metadata, this, picture.Index);
        }
    }

    unsafe void ILentPicture.Copy(int index, Yuv420Frame frame)
    {
        var picture = pictures[index];
        var bytes = new ReadOnlySpan<byte>(picture.Data, picture.Bytes);
        if (jpeg is { } decoder)
        {
            decoder.Decode(bytes, frame);
        }
        else
        {
            PixelConverter.ToI420(bytes, Layout, frame);
        }
    }

    public void Release(int index)
    {
        lock (gate)
        {
            if (!closed)
            {
                _ = RigCam.Release(handle, index);
            }

            if (held[index])
            {
                held[index] = false;
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>Pictures still lent must not be copied any more; their dma-bufs stay, and the camera open, until the last is released.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (!closed)
            {
                closed = true;
                handle.Dispose();
                jpeg?.Dispose();
                jpeg = null;
            }
        }
    }
}
