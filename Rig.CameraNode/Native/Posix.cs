using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rig.CameraNode.Native;

/// <summary>The few system calls Rig makes itself, with errors as <see cref="PosixException"/> and interrupted calls repeated.</summary>
internal static class Posix
{
    internal const int Kill = 9;
    internal const int Terminate = 15;

    /// <summary>Creates a file that must not exist yet.</summary>
    internal static SafeFileHandle CreateNew(string path) => Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL);

    /// <summary>Opens a device node for calls that return instead of waiting.</summary>
    internal static SafeFileHandle OpenDevice(string path) => Open(path, Libc.O_RDWR | Libc.O_NONBLOCK);

    internal static SafeFileHandle OpenExisting(string path) => Open(path, Libc.O_RDWR);

    internal static void WriteAt(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var written = Libc.PWrite(file, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, offset);
            if (written < 0)
            {
                if (Marshal.GetLastPInvokeError() == PosixException.Eintr)
                {
                    continue;
                }

                throw PosixException.Last($"Writing {path} failed");
            }

            bytes = bytes[(int)written..];
            offset += written;
        }
    }

    internal static void Truncate(SafeFileHandle file, string path, long length)
    {
        if (Libc.FTruncate(file, length) != 0)
        {
            throw PosixException.Last($"Cutting {path} to {length} bytes failed");
        }
    }

    /// <summary>The file's bytes and size are on the medium when this returns. After an error nothing unsynced may be trusted.</summary>
    internal static void SyncData(SafeFileHandle file, string path)
    {
        if (Libc.FDataSync(file) != 0)
        {
            throw PosixException.Last($"Flushing {path} to disk failed");
        }
    }

    /// <summary>Asks the kernel to begin writing a range to the medium, so that a sync later finds little left. Promises nothing.</summary>
    internal static void TryBeginWriting(SafeFileHandle file, long offset, long length) => _ = Libc.SyncFileRange(file, offset, length, Libc.SYNC_FILE_RANGE_WRITE);

    /// <summary>Asks the kernel to drop what it holds of a synced file in memory, so that the next read is one of the medium.</summary>
    internal static void TryForgetCached(SafeFileHandle file) => _ = Libc.PosixFadvise(file, 0, 0, Libc.POSIX_FADV_DONTNEED);

    /// <summary>Makes created, renamed and deleted names in a folder durable.</summary>
    internal static void SyncDirectory(string path)
    {
        using var folder = Open(path, Libc.O_RDONLY);
        if (Libc.FSync(folder) != 0)
        {
            throw PosixException.Last($"Flushing the folder {path} to disk failed");
        }
    }

    /// <summary>Renames over what has the new name, in one step. (File.Move refuses a link that leads to a folder.)</summary>
    internal static void Rename(string from, string to)
    {
        if (Libc.Rename(from, to) != 0)
        {
            throw PosixException.Last($"Renaming {from} to {to} failed");
        }
    }

    /// <summary>Nothing happens where the process is gone.</summary>
    internal static void TrySignal(int process, int signal) => _ = Libc.SendSignal(process, signal);

    /// <summary>Sleeps until a reading of the monotonic clock; returns at once when it is past.</summary>
    internal static void SleepUntil(long monotonicNs)
    {
        var until = new Libc.Timespec { Seconds = monotonicNs / 1_000_000_000, Nanoseconds = monotonicNs % 1_000_000_000 };
        while (Libc.ClockNanosleep(Libc.CLOCK_MONOTONIC, Libc.TIMER_ABSTIME, in until, 0) == PosixException.Eintr)
        {
        }
    }

    /// <summary>CLOCK_BOOTTIME, which also runs while the machine sleeps.</summary>
    internal static long BootNowNs() =>
        Libc.ClockGetTime(Libc.CLOCK_BOOTTIME, out var now) == 0 ? (now.Seconds * 1_000_000_000) + now.Nanoseconds : throw PosixException.Last("Reading CLOCK_BOOTTIME failed");

    /// <summary>Asks for a larger pipe, which saves context switches; an unprivileged process may be refused, and nothing is lost then.</summary>
    internal static void TryEnlargePipe(SafeHandle pipe, int bytes) => _ = Libc.Fcntl(pipe, Libc.F_SETPIPE_SZ, bytes);

    /// <summary>Maps a device's memory for reading and writing.</summary>
    internal static nint Map(SafeHandle file, string path, int bytes, nint offset)
    {
        var address = Libc.MMap(0, (nuint)bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, file, offset);
        return address == -1 ? throw PosixException.Last($"Mapping {bytes} bytes of {path} failed") : address;
    }

    internal static void Unmap(nint address, int bytes) => _ = Libc.MUnmap(address, (nuint)bytes);

    /// <summary>Leaves the parent's terminal session, so that a Ctrl-C there reaches the parent first.</summary>
    internal static void LeaveTerminal() => _ = Libc.SetSid();

    private static SafeFileHandle Open(string path, int flags)
    {
        var handle = Libc.Open(path, flags | Libc.O_CLOEXEC, 0b110_100_100);
        return handle.IsInvalid ? throw PosixException.Last($"Opening {path} failed") : handle;
    }
}
