using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rig.CameraNode.Native;
using static Rig.CameraNode.V4l2.V4l2Api;

namespace Rig.CameraNode.V4l2;

/// <summary>An open V4L2 device node; calls return at once and are repeated when a signal interrupts them.</summary>
internal sealed class V4l2Device : IDisposable
{
    private V4l2Device(string path, SafeFileHandle handle) => (Path, Handle) = (path, handle);

    internal string Path { get; }

    internal SafeFileHandle Handle { get; }

    internal string Driver { get; private set; } = "";

    internal string Card { get; private set; } = "";

    internal string Bus { get; private set; } = "";

    /// <summary>Of this node, not of the whole device.</summary>
    internal uint Capabilities { get; private set; }

    /// <exception cref="PosixException">There is no such device, or it is not a V4L2 one.</exception>
    internal static unsafe V4l2Device Open(string path)
    {
        var device = new V4l2Device(path, Posix.OpenDevice(path));
        try
        {
            var capability = default(V4l2Capability);
            device.Call(VIDIOC_QUERYCAP, ref capability, "asking what it is");
            device.Driver = Text(capability.Driver, 16);
            device.Card = Text(capability.Card, 32);
            device.Bus = Text(capability.BusInfo, 32);
            device.Capabilities = (capability.Capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.DeviceCaps : capability.Capabilities;
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <returns>0, or the error number.</returns>
    internal unsafe int TryCall<T>(uint request, ref T argument)
        where T : unmanaged
    {
        fixed (T* pointer = &argument)
        {
            while (Libc.Ioctl(Handle, request, pointer) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno != PosixException.Eintr)
                {
                    return errno;
                }
            }
        }

        return 0;
    }

    /// <exception cref="PosixException">The driver refused.</exception>
    internal void Call<T>(uint request, ref T argument, string what)
        where T : unmanaged
    {
        if (TryCall(request, ref argument) is not 0 and var errno)
        {
            throw new PosixException($"{Path}: {what} failed", errno);
        }
    }

    /// <summary>Waits for any of the poll events.</summary>
    /// <returns>Those that came; 0 when none did in time.</returns>
    internal short Wait(short events, TimeSpan timeout)
    {
        var added = false;
        try
        {
            Handle.DangerousAddRef(ref added);
            var file = new Libc.PollFd { Fd = (int)Handle.DangerousGetHandle(), Events = events };
            return Libc.Poll(ref file, 1, (int)Math.Max(0, timeout.TotalMilliseconds)) > 0 ? file.Returned : (short)0;
        }
        finally
        {
            if (added)
            {
                Handle.DangerousRelease();
            }
        }
    }

    /// <summary>Sets a control where the driver offers it, within the driver's limits.</summary>
    /// <returns>Whether the driver took it.</returns>
    internal bool TrySetControl(uint id, long value)
    {
        var query = new V4l2QueryCtrl { Id = id };
        if (TryCall(VIDIOC_QUERYCTRL, ref query) != 0 || (query.Flags & V4L2_CTRL_FLAG_DISABLED) != 0)
        {
            return false;
        }

        var control = new V4l2Control { Id = id, Value = query.Maximum > query.Minimum ? (int)Math.Clamp(value, query.Minimum, query.Maximum) : (int)value };
        return TryCall(VIDIOC_S_CTRL, ref control) == 0;
    }

    internal bool TrySubscribe(uint eventType)
    {
        var subscription = new V4l2EventSubscription { Type = eventType };
        return TryCall(VIDIOC_SUBSCRIBE_EVENT, ref subscription) == 0;
    }

    /// <summary>The next event that waits, if one does.</summary>
    internal V4l2Event? TryTakeEvent()
    {
        var happened = default(V4l2Event);
        return TryCall(VIDIOC_DQEVENT, ref happened) == 0 ? happened : null;
    }

    public void Dispose() => Handle.Dispose();

    internal static unsafe string Text(byte* text, int length)
    {
        var bytes = new ReadOnlySpan<byte>(text, length);
        var end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
