using System.Runtime.InteropServices;

namespace Rig.CameraNode.Native;

/// <summary>A system call failed; the message says what was tried on what, and the system's own words.</summary>
internal sealed class PosixException : IOException
{
    internal const int Eintr = 4;
    internal const int Eio = 5;
    internal const int Eagain = 11;
    internal const int Ebusy = 16;
    internal const int Enodev = 19;
    internal const int Einval = 22;
    internal const int Epipe = 32;
    internal const int Enospc = 28;
    internal const int Edquot = 122;

    internal PosixException(string what, int errno)
        : base($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}") => Errno = errno;

    internal int Errno { get; }

    /// <summary>The disk or the user's share of it is full.</summary>
    internal bool IsDiskFull => Errno is Enospc or Edquot;

    /// <summary>Throws for the calling thread's last system call.</summary>
    internal static PosixException Last(string what) => new(what, Marshal.GetLastPInvokeError());
}
