using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rig.CameraNode.Audio;

/// <summary>Declarations of libasound's simple PCM calls (alsa-lib, pcm.h). Used through <see cref="AlsaPcm"/>.</summary>
internal static partial class Alsa
{
    internal const int PlaybackStream = 0;
    internal const int FormatS16LittleEndian = 2;
    internal const int AccessInterleaved = 3;

    private const string Library = "libasound.so.2";

    [LibraryImport(Library, EntryPoint = "snd_pcm_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(out AlsaPcm pcm, string name, int stream, int mode);

    [LibraryImport(Library, EntryPoint = "snd_pcm_set_params")]
    internal static partial int SetParameters(AlsaPcm pcm, int format, int access, uint channels, uint rateHz, int resample, uint latencyUs);

    [LibraryImport(Library, EntryPoint = "snd_pcm_writei")]
    internal static partial nint Write(AlsaPcm pcm, ref short samples, nuint frames);

    [LibraryImport(Library, EntryPoint = "snd_pcm_recover")]
    internal static partial int Recover(AlsaPcm pcm, int error, int silent);

    [LibraryImport(Library, EntryPoint = "snd_pcm_drain")]
    internal static partial int Drain(AlsaPcm pcm);

    [LibraryImport(Library, EntryPoint = "snd_pcm_close")]
    internal static partial int Close(nint pcm);

    [LibraryImport(Library, EntryPoint = "snd_strerror")]
    internal static partial nint ErrorText(int error);

    /// <summary>Keeps the library from printing to this process's stderr; each call's result says the same.</summary>
    internal static unsafe void BeQuiet() => _ = SetErrorHandler(&Ignore);

    [LibraryImport(Library, EntryPoint = "snd_lib_error_set_handler")]
    private static unsafe partial int SetErrorHandler(delegate* unmanaged[Cdecl]<nint, int, nint, int, nint, void> handler);

    // The C function takes further arguments after these; one that does not read them is none the worse.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint file, int line, nint function, int error, nint format)
    {
    }
}
