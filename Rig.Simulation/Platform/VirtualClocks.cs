using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rig.Simulation.Platform;

/// <summary>
/// All clocks of managed code in this process, at a time that the world says: DateTime.UtcNow, Stopwatch and Environment.TickCount64,
/// which are three functions of .NET's native library. Each is overwritten by one that reads a number from memory.
/// </summary>
/// <remarks>
/// The runtime's own waits do not read the time by these, so that threads, locks and the garbage collector go on in real time.
/// </remarks>
internal static unsafe partial class VirtualClocks
{
    // So that no difference with a time before the start is below zero.
    private const long UptimeMsAtStart = 10L * 24 * 3600 * 1000;
    private const int ReadWriteExecute = 7;
    private const int ReadExecute = 5;

    private static long* cells;

    /// <summary>Unix time in ticks, uptime in nanoseconds, uptime in milliseconds: the order of the functions.</summary>
    private static readonly string[] Functions =
        ["SystemNative_GetSystemTimeAsTicks", "SystemNative_GetTimestamp", "SystemNative_GetLowResolutionTimestamp"];

    /// <exception cref="SelfCheckException">The clocks are not where they were.</exception>
    public static void Install()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new SelfCheckException($"The clocks are virtual on x64 only, and this is {RuntimeInformation.ProcessArchitecture}.");
        cells = (long*)NativeMemory.AllocZeroed((nuint)Functions.Length, sizeof(long));
        var library = NativeLibrary.Load(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"));
        for (var i = 0; i < Functions.Length; i++)
        {
            if (!NativeLibrary.TryGetExport(library, Functions[i], out var function))
                throw new SelfCheckException($"{Functions[i]} is missing in libSystem.Native of .NET {Environment.Version}.");
            Overwrite((byte*)function, &cells[i]);
        }

        Set(DateTimeOffset.UnixEpoch, 12_345_678 * TimeSpan.TicksPerMillisecond);
        if (TimeProvider.System.GetUtcNow().Ticks - DateTimeOffset.UnixEpoch.Ticks != 12_345_678 * TimeSpan.TicksPerMillisecond
            || Environment.TickCount64 != UptimeMsAtStart + 12_345_678
            || Stopwatch.GetTimestamp() != (UptimeMsAtStart + 12_345_678) * 1_000_000)
            throw new SelfCheckException($"A clock of .NET {Environment.Version} does not read its time from libSystem.Native.");
    }

    /// <param name="start">True time at the world's beginning.</param>
    /// <param name="elapsedTicks">Of 100 ns, since then.</param>
    public static void Set(DateTimeOffset start, long elapsedTicks)
    {
        cells[0] = start.UtcTicks - DateTime.UnixEpoch.Ticks + elapsedTicks;
        cells[1] = (UptimeMsAtStart * 1_000_000) + (elapsedTicks * 100);
        cells[2] = UptimeMsAtStart + (elapsedTicks / TimeSpan.TicksPerMillisecond);
    }

    /// <summary>World time at which <see cref="Environment.TickCount64"/> shows that.</summary>
    public static long ElapsedTicksAt(long tickCount64) => (tickCount64 - UptimeMsAtStart) * TimeSpan.TicksPerMillisecond;

    /// <summary>mov rax, cell; mov rax, [rax]; ret.</summary>
    private static void Overwrite(byte* function, long* cell)
    {
        Span<byte> code = [0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0x48, 0x8B, 0x00, 0xC3];
        MemoryMarshal.Write(code[2..], (long)cell);
        // Functions begin at every 16th byte, so that there is room for these 14 in each.
        if (((nint)function & 15) != 0)
            throw new SelfCheckException($"The functions of libSystem.Native of .NET {Environment.Version} do not begin at every 16th byte.");
        var page = (nint)function & ~(Environment.SystemPageSize - 1);
        Protect(page, ReadWriteExecute);
        code.CopyTo(new Span<byte>(function, code.Length));
        Protect(page, ReadExecute);
    }

    private static void Protect(nint page, int protection)
    {
        if (mprotect(page, (nuint)Environment.SystemPageSize, protection) != 0)
            throw new SelfCheckException($"The machine does not allow to overwrite code ({Marshal.GetLastPInvokeErrorMessage()}).");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint length, int protection);
}
