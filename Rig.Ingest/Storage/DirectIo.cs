using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Storage;

/// <summary>
/// Writes past the page cache (O_DIRECT, open(2)): no copy, and what the server will not read soon does not drive out what it will.
/// </summary>
internal static partial class DirectIo
{
    /// <summary>What every file system that offers it accepts as alignment of memory, offset and length.</summary>
    public const int Alignment = 4096;

    private const int GetFlags = 3; // F_GETFL
    private const int SetFlags = 4; // F_SETFL

    private static int Direct => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;

    /// <returns>False where the file system has no such writes; the file is then as before.</returns>
    public static bool TrySet(SafeFileHandle file, bool direct)
    {
        var flags = Fcntl(file, GetFlags, 0);
        return flags >= 0 && Fcntl(file, SetFlags, direct ? flags | Direct : flags & ~Direct) == 0;
    }

    public static unsafe bool IsAligned(ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            return (((nuint)start | (nuint)offset | (nuint)bytes.Length) & (Alignment - 1)) == 0;
        }
    }

    /// <returns>Memory that does not move and begins on <see cref="Alignment"/>.</returns>
    public static unsafe Memory<byte> Allocate(int bytes)
    {
        var array = GC.AllocateUninitializedArray<byte>(bytes + Alignment, pinned: true);
        fixed (byte* start = array)
        {
            return array.AsMemory((int)((Alignment - ((nuint)start & (Alignment - 1))) & (Alignment - 1)), bytes);
        }
    }

    /// <summary>C declares it variadic; on 64-bit Linux the one argument is passed like any.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(SafeFileHandle file, int command, nint argument);
}
