using Microsoft.Win32.SafeHandles;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.Domain.Recordings;
using static Rig.CameraNode.V4l2.V4l2Api;

namespace Rig.CameraNode.V4l2;

/// <summary>A streaming V4L2 camera: USB, CSI or an HDMI grabber. docs/design/capture.md.</summary>
internal sealed class V4l2Camera : ILiveSource, ILentPicture
{
    /// <summary>Enough that a picture may wait at the encoder while others are being taken.</summary>
    private const int Buffers = 8;

    private readonly V4l2Device device;
    private readonly V4l2Queue queue;
    private readonly List<SafeFileHandle?> exported = [];
    private readonly object gate = new();
    private readonly HashSet<int> lent = [];
    private JpegDecompressor? jpeg;
    private bool closed;

    private V4l2Camera(V4l2Device device, uint type, CameraRequest wanted)
    {
        this.device = device;
        queue = new V4l2Queue(device, type);
        try
        {
            var timings = V4l2Discovery.HasDvTimings(device) ? SetDvTimings() : default(V4l2DvTimings?);
            queue.SetFormat(wanted.Width, wanted.Height, ChooseFormat(type, wanted));
            Layout = queue.Layout;
            if (Layout.Width != wanted.Width || Layout.Height != wanted.Height)
            {
                throw new InvalidDataException($"{device.Path} ({device.Card}) delivers {Layout.Width}x{Layout.Height} and not {wanted.Width}x{wanted.Height}; choose a mode that 'rig-node probe' lists.");
            }

            FrameDurationNs = timings is { Fps: > 0 } signal ? (long)Math.Round(1e9 / signal.Fps) : SetFrameRate(type, wanted.Fps);
            Fps = (int)Math.Round(1e9 / FrameDurationNs);
            if (Fps != wanted.Fps)
            {
                throw new InvalidDataException($"{device.Path} ({device.Card}) delivers {Fps} pictures a second and not {wanted.Fps}; choose a mode that 'rig-node probe' lists.");
            }

            _ = device.TrySubscribe(V4L2_EVENT_SOURCE_CHANGE);
            _ = device.TrySubscribe(V4L2_EVENT_EOS);
            if (Layout.PixelFormat == PixelFormats.Mjpg)
            {
                jpeg = new JpegDecompressor(Layout.Width, Layout.Height);
            }

            queue.Allocate(Buffers);
            for (var i = 0; i < queue.Count; i++)
            {
                exported.Add(queue.TryExport(i));
                if (queue.TryQueue(i) is not 0 and var errno)
                {
                    throw new PosixException($"{device.Path}: giving the driver a buffer failed", errno);
                }
            }

            queue.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Model => $"{device.Card} (v4l2 {device.Path})";

    public PictureLayout Layout { get; }

    public int Fps { get; }

    public long FrameDurationNs { get; }

    public ManifestLens? Lens => null;

    /// <summary>Opens the named camera, or the first that has the mode.</summary>
    /// <param name="name">Path, card or bus of one of the cameras there are; empty for any.</param>
    /// <exception cref="CameraFaultException">There is no such camera now.</exception>
    /// <exception cref="IOException">The driver refused.</exception>
    /// <exception cref="InvalidDataException">The camera has not this mode.</exception>
    internal static V4l2Camera Open(string name, CameraRequest wanted)
    {
        var camera = Find(name, wanted);
        V4l2Device device;
        try
        {
            device = V4l2Device.Open(camera.Path);
        }
        catch (PosixException e)
        {
            throw new CameraFaultException(DropCause.CameraGone, e.Message, e);
        }

        return new V4l2Camera(device, V4l2Discovery.CaptureType(device), wanted);
    }

    /// <summary>The named camera, or of several the first that says it has the size.</summary>
    /// <exception cref="CameraFaultException">There is no such camera now.</exception>
    internal static V4l2CameraInfo Find(string name, CameraRequest wanted)
    {
        var cameras = V4l2Discovery.Cameras();
        var named = cameras.Where(c => name.Length == 0 || c.Path == name || c.Card == name || c.Bus == name).ToList();
        if (named.Count == 0)
        {
            throw new CameraFaultException(DropCause.CameraGone, cameras.Count == 0
                ? "No V4L2 camera is connected; check its cable and power."
                : $"There is no V4L2 camera '{name}'; Rig:Camera:Device is a path, card or bus of one of: {string.Join(", ", cameras.Select(c => $"{c.Path} ({c.Card}, {c.Bus})"))}.");
        }

        return named.FirstOrDefault(c => c.Modes.Any(m => m.Width == wanted.Width && m.Height == wanted.Height)) ?? named[0];
    }

    public LivePicture? TryTake(TimeSpan timeout)
    {
        var deadline = MonotonicClock.NowNs + (long)(timeout.TotalMilliseconds * 1e6);
        while (true)
        {
            var left = TimeSpan.FromMilliseconds((deadline - MonotonicClock.NowNs) / 1e6);
            var happened = device.Wait(Libc.POLLIN | Libc.POLLPRI, left);
            if ((happened & Libc.POLLPRI) != 0)
            {
                HandleEvents();
            }

            var errno = queue.TryDequeue(out var taken);
            if (errno == 0 && !taken.IsDamaged)
            {
                var stampNs = taken.IsMonotonic && taken.TimestampUs > 0 ? taken.TimestampUs * 1000 : MonotonicClock.NowNs;
                var dmaBuf = exported[taken.Index] is { } handle ? (int)handle.DangerousGetHandle() : -1;
                lock (gate)
                {
                    used[taken.Index] = (taken.DataOffset, taken.BytesUsed);
                    lent.Add(taken.Index);
                }

                return new LivePicture(taken.Sequence, stampNs, dmaBuf, queue.BufferBytes(taken.Index), null, this, taken.Index);
            }

            if (errno == 0)
            {
                // The driver says that the picture is damaged; its number stays missing and is counted so.
                Release(taken.Index);
            }
            else if (errno != PosixException.Eagain)
            {
                throw new CameraFaultException(
                    errno == PosixException.Enodev ? DropCause.CameraGone : DropCause.CameraFault,
                    new PosixException($"{device.Path}: taking a picture failed", errno).Message);
            }
            else if ((happened & Libc.POLLERR) != 0)
            {
                throw new CameraFaultException(DropCause.CameraFault, $"{device.Path} reports an error; the camera or its cable may be gone.");
            }

            if (MonotonicClock.NowNs >= deadline)
            {
                return null;
            }
        }
    }

    void ILentPicture.Copy(int index, Yuv420Frame frame)
    {
        var (offset, end) = used[index];
        var bytes = queue.Bytes(index)[offset..Math.Max(offset, end)];
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
            lent.Remove(index);
            if (closed)
            {
                exported[index]?.Dispose();
            }
            else
            {
                _ = queue.TryQueue(index);
            }
        }
    }

    /// <summary>Pictures still lent must not be copied any more; their dma-bufs stay until they are released, for an encoder that has yet to read them.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            closed = true;
            for (var i = 0; i < exported.Count; i++)
            {
                if (!lent.Contains(i))
                {
                    exported[i]?.Dispose();
                }
            }

            queue.Dispose();
            jpeg?.Dispose();
            jpeg = null;
            device.Dispose();
        }
    }

    private readonly (int Offset, int End)[] used = new (int, int)[32];

    private uint ChooseFormat(uint type, CameraRequest wanted)
    {
        var offered = V4l2Discovery.Formats(device, type);
        var slower = 0u;
        foreach (var format in PixelFormats.Readable.Where(offered.Contains))
        {
            // Uncompressed 4K does not fit through USB at 30 pictures a second, so the rate decides too.
            var fps = V4l2Discovery.MaxFps(device, format, wanted.Width, wanted.Height);
            if (fps is 0 || fps > wanted.Fps * 0.99)
            {
                return format;
            }

            slower = slower == 0 ? format : slower;
        }

        return slower != 0 ? slower : throw new InvalidDataException(
            $"{device.Path} ({device.Card}) has no pixel format that Rig reads ({string.Join(", ", PixelFormats.Readable.Select(PixelFormats.Name))}); it offers {string.Join(", ", offered.Select(PixelFormats.Name))}.");
    }

    private long SetFrameRate(uint type, int fps)
    {
        var parameters = new V4l2StreamParm { Type = type, TimePerFrame = new V4l2Fract { Numerator = 1, Denominator = (uint)fps } };
        if (device.TryCall(VIDIOC_S_PARM, ref parameters) != 0 || (parameters.Capability & V4L2_CAP_TIMEPERFRAME) == 0 || parameters.TimePerFrame.Denominator == 0)
        {
            // Such a camera has one rate; its time stamps show whether it is this one.
            return 1_000_000_000L / fps;
        }

        return 1_000_000_000L * parameters.TimePerFrame.Numerator / parameters.TimePerFrame.Denominator;
    }

    private V4l2DvTimings SetDvTimings()
    {
        var timings = default(V4l2DvTimings);
        if (device.TryCall(VIDIOC_QUERY_DV_TIMINGS, ref timings) is not 0 and var errno)
        {
            throw new CameraFaultException(DropCause.CameraGone, new PosixException($"{device.Path} ({device.Card}) sees no video signal; check what is plugged into it", errno).Message);
        }

        device.Call(VIDIOC_S_DV_TIMINGS, ref timings, "accepting the video signal's timings");
        return timings;
    }

    private void HandleEvents()
    {
        while (device.TryTakeEvent() is { } happened)
        {
            if (happened.Type == V4L2_EVENT_SOURCE_CHANGE && (happened.Changes & V4L2_EVENT_SRC_CH_RESOLUTION) != 0)
            {
                throw new CameraFaultException(DropCause.CameraFault, $"The video signal at {device.Path} changed.");
            }

            if (happened.Type == V4L2_EVENT_EOS)
            {
                throw new CameraFaultException(DropCause.CameraFault, $"{device.Path} says that its stream has ended.");
            }

            if (happened.Pending == 0)
            {
                break;
            }
        }
    }
}
