using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Dashcam.Usb;

/// <summary>The kernel's messages about devices that come and go (netlink(7), NETLINK_KOBJECT_UEVENT). Their text is not read: each is a reason to look.</summary>
internal sealed partial class Uevents : IDisposable
{
    private const int AfNetlink = 16;
    private const int SockDgram = 2;
    private const int SockCloexecNonblock = 0x80000 | 0x800;
    private const int KobjectUevent = 15;
    private const uint KernelGroup = 1;

    private readonly SafeFileHandle? socket;

    /// <summary>Where the kernel refuses them, <see cref="Wait"/> only passes time.</summary>
    public Uevents()
    {
        var opened = Socket(AfNetlink, SockDgram | SockCloexecNonblock, KobjectUevent);
        if (opened.IsInvalid)
        {
            opened.Dispose();
            return;
        }

        var address = new Address { Family = AfNetlink, Groups = KernelGroup };
        if (Bind(opened, in address, Marshal.SizeOf<Address>()) == 0)
        {
            socket = opened;
        }
        else
        {
            opened.Dispose();
        }
    }

    /// <summary>Returns at the next message, or when the time is over. Blocks the thread.</summary>
    public void Wait(TimeSpan most)
    {
        var milliseconds = (int)most.TotalMilliseconds;
        if (socket is null)
        {
            // poll(2) of no file: passes time.
            var none = default(Libc.PollFd);
            _ = Libc.Poll(ref none, 0, milliseconds);
            return;
        }

        var poll = new Libc.PollFd { Fd = (int)socket.DangerousGetHandle(), Events = Libc.POLLIN };
        _ = Libc.Poll(ref poll, 1, milliseconds);
        var buffer = new byte[8192];
        while (Receive(socket, ref buffer[0], (nuint)buffer.Length, 0) > 0)
        {
        }
    }

    public void Dispose() => socket?.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint Port;
        internal uint Groups;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial SafeFileHandle Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(SafeFileHandle socket, in Address address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, ref byte buffer, nuint length, int flags);
}
