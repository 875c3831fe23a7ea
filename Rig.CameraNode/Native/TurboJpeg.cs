using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rig.CameraNode.Native;

/// <summary>Declarations of libturbojpeg's TurboJPEG 2 interface (Debian package libturbojpeg0). Used through JpegCompressor and JpegDecompressor.</summary>
internal static partial class TurboJpeg
{
    internal const int TJPF_RGB = 0;
    internal const int TJSAMP_420 = 2;
    internal const int TJFLAG_FASTDCT = 2048;

    private const string Library = "libturbojpeg.so.0";

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    internal static partial JpegHandle InitCompress();

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    internal static unsafe partial int Compress2(
        JpegHandle handle, byte* pixels, int width, int pitch, int height, int pixelFormat, ref byte* jpeg, ref nuint jpegBytes, int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    internal static partial JpegHandle InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    internal static unsafe partial int DecompressHeader3(
        JpegHandle handle, byte* jpeg, nuint jpegBytes, out int width, out int height, out int subsampling, out int colourSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    internal static unsafe partial int Decompress2(
        JpegHandle handle, byte* jpeg, nuint jpegBytes, byte* pixels, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjFree")]
    internal static unsafe partial void Free(byte* buffer);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    internal static partial nint GetErrorStr2(JpegHandle handle);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    internal static partial int Destroy(nint handle);
}

internal sealed class JpegHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => TurboJpeg.Destroy(handle) == 0;
}
