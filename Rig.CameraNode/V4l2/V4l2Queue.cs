using Microsoft.Win32.SafeHandles;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using static Rig.CameraNode.V4l2.V4l2Api;

namespace Rig.CameraNode.V4l2;

/// <summary>
/// One buffer queue of a device, single- or multi-planar, with all of a picture in one piece of memory. Buffers are the driver's,
/// mapped into this process, or another driver's, named by their dma-buf.
/// </summary>
internal sealed unsafe class V4l2Queue(V4l2Device device, uint type) : IDisposable
{
    private readonly bool multiPlanar = IsMultiPlanar(type);
    private readonly List<(nint Address, int Bytes)> maps = [];
    private uint memory = V4L2_MEMORY_MMAP;

    /// <summary>What the driver agreed to.</summary>
    internal PictureLayout Layout { get; private set; } = new(0, 0, 0, 0, 0);

    internal int Count { get; private set; }

    internal bool Streaming { get; private set; }

    /// <summary>Sets the format; the driver may change the numbers, and <see cref="Layout"/> tells to what.</summary>
    /// <param name="sizeBytes">Bytes of a coded picture at most; 0 leaves it to the driver.</param>
    /// <exception cref="PosixException">The driver refused.</exception>
    /// <exception cref="InvalidDataException">It wants a picture in several pieces of memory.</exception>
    internal void SetFormat(int width, int height, uint pixelFormat, int sizeBytes = 0)
    {
        var format = new V4l2Format { Type = type };
        if (multiPlanar)
        {
            format.PixMp = new V4l2PixFormatMplane { Width = (uint)width, Height = (uint)height, PixelFormat = pixelFormat, Field = V4L2_FIELD_NONE, NumPlanes = 1 };
            format.PixMp.Planes[0].SizeImage = (uint)sizeBytes;
        }
        else
        {
            format.Pix = new V4l2PixFormat { Width = (uint)width, Height = (uint)height, PixelFormat = pixelFormat, Field = V4L2_FIELD_NONE, SizeImage = (uint)sizeBytes };
        }

        device.Call(VIDIOC_S_FMT, ref format, $"setting {width}x{height} {PixelFormats.Name(pixelFormat)}");
        if (multiPlanar && format.PixMp.NumPlanes != 1)
        {
            throw new InvalidDataException($"{device.Path} keeps a picture in {format.PixMp.NumPlanes} pieces of memory; only formats with one piece are supported.");
        }

        Layout = multiPlanar
            ? new PictureLayout((int)format.PixMp.Width, (int)format.PixMp.Height, format.PixMp.PixelFormat, (int)format.PixMp.Planes[0].BytesPerLine, (int)format.PixMp.Planes[0].SizeImage)
            : new PictureLayout((int)format.Pix.Width, (int)format.Pix.Height, format.Pix.PixelFormat, (int)format.Pix.BytesPerLine, (int)format.Pix.SizeImage);
    }

    /// <summary>Asks for buffers of the driver's and maps them, or, for <c>V4L2_MEMORY_DMABUF</c>, for as many places in the queue.</summary>
    /// <exception cref="PosixException">The driver has none, or not of this kind of memory.</exception>
    internal void Allocate(int count, uint memoryKind = V4L2_MEMORY_MMAP)
    {
        memory = memoryKind;
        var request = new V4l2RequestBuffers { Count = (uint)count, Type = type, Memory = memory };
        device.Call(VIDIOC_REQBUFS, ref request, "asking for buffers");
        Count = (int)request.Count;
        for (var i = 0; i < Count && memory == V4L2_MEMORY_MMAP; i++)
        {
            var plane = default(V4l2Plane);
            var buffer = Describe(i, &plane);
            device.Call(VIDIOC_QUERYBUF, ref buffer, "asking where a buffer lies");
            var (bytes, offset) = multiPlanar ? ((int)plane.Length, plane.MemOffset) : ((int)buffer.Length, buffer.MemOffset);
            maps.Add((Posix.Map(device.Handle, device.Path, bytes, (nint)offset), bytes));
        }
    }

    internal bool CanAllocate(uint memoryKind)
    {
        var request = new V4l2RequestBuffers { Count = 0, Type = type, Memory = memoryKind };
        return device.TryCall(VIDIOC_REQBUFS, ref request) == 0;
    }

    /// <summary>A mapped buffer's bytes.</summary>
    internal Span<byte> Bytes(int index) => new((void*)maps[index].Address, maps[index].Bytes);

    internal int BufferBytes(int index) => maps[index].Bytes;

    /// <summary>The buffer as a dma-buf that other drivers can use; null where this one cannot export.</summary>
    internal SafeFileHandle? TryExport(int index)
    {
        var export = new V4l2ExportBuffer { Type = type, Index = (uint)index, Flags = Libc.O_CLOEXEC | Libc.O_RDWR };
        return device.TryCall(VIDIOC_EXPBUF, ref export) == 0 ? new SafeFileHandle(export.Fd, ownsHandle: true) : null;
    }

    /// <summary>Gives a buffer to the driver.</summary>
    /// <param name="bytesUsed">Of an input queue: how much of it counts.</param>
    /// <param name="timestampUs">Of an input queue: what the coded picture will carry.</param>
    /// <returns>0, or the error number.</returns>
    internal int TryQueue(int index, int bytesUsed = 0, long timestampUs = 0, int dmaBuf = -1, int dmaBufBytes = 0)
    {
        var plane = new V4l2Plane { BytesUsed = (uint)bytesUsed, Length = (uint)dmaBufBytes };
        var buffer = Describe(index, &plane);
        buffer.BytesUsed = (uint)bytesUsed;
        buffer.Field = V4L2_FIELD_NONE;
        (buffer.TimestampSec, buffer.TimestampUsec) = Math.DivRem(timestampUs, 1_000_000);
        if (memory == V4L2_MEMORY_DMABUF)
        {
            if (multiPlanar)
            {
                plane.Fd = dmaBuf;
            }
            else
            {
                (buffer.Fd, buffer.Length) = (dmaBuf, (uint)dmaBufBytes);
            }
        }

        return device.TryCall(VIDIOC_QBUF, ref buffer);
    }

    /// <returns>0, or the error number; EAGAIN when none is ready.</returns>
    internal int TryDequeue(out V4l2Dequeued taken)
    {
        var plane = default(V4l2Plane);
        var buffer = Describe(0, &plane);
        var errno = device.TryCall(VIDIOC_DQBUF, ref buffer);
        taken = errno != 0 ? default : new V4l2Dequeued(
            (int)buffer.Index,
            (int)(multiPlanar ? plane.BytesUsed : buffer.BytesUsed),
            (int)(multiPlanar ? plane.DataOffset : 0),
            buffer.Flags, (buffer.TimestampSec * 1_000_000) + buffer.TimestampUsec, buffer.Sequence);
        return errno;
    }

    internal void Start()
    {
        var kind = (int)type;
        device.Call(VIDIOC_STREAMON, ref kind, "starting the stream");
        Streaming = true;
    }

    /// <summary>Stops; every buffer belongs to this process again.</summary>
    internal void Stop()
    {
        var kind = (int)type;
        _ = device.TryCall(VIDIOC_STREAMOFF, ref kind);
        Streaming = false;
    }

    /// <summary>Stops and gives the memory back.</summary>
    public void Dispose()
    {
        Stop();
        foreach (var (address, bytes) in maps)
        {
            Posix.Unmap(address, bytes);
        }

        maps.Clear();
        var request = new V4l2RequestBuffers { Count = 0, Type = type, Memory = memory };
        _ = device.TryCall(VIDIOC_REQBUFS, ref request);
        Count = 0;
    }

    private V4l2Buffer Describe(int index, V4l2Plane* plane)
    {
        var buffer = new V4l2Buffer { Index = (uint)index, Type = type, Memory = memory };
        if (multiPlanar)
        {
            buffer.Planes = plane;
            buffer.Length = 1;
        }

        return buffer;
    }
}

/// <param name="DataOffset">Where in the buffer the picture begins.</param>
/// <param name="BytesUsed">Where it ends, the offset included.</param>
internal readonly record struct V4l2Dequeued(int Index, int BytesUsed, int DataOffset, uint Flags, long TimestampUs, uint Sequence)
{
    internal bool IsLast => (Flags & V4L2_BUF_FLAG_LAST) != 0;

    internal bool IsDamaged => (Flags & V4L2_BUF_FLAG_ERROR) != 0;

    internal bool IsKey => (Flags & V4L2_BUF_FLAG_KEYFRAME) != 0;

    internal bool IsMonotonic => (Flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
}
