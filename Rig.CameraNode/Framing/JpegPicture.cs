using System.Runtime.InteropServices;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Framing;

/// <summary>A preview's JPEG as a picture, through libturbojpeg.</summary>
internal static class JpegPicture
{
    private const int MaxSide = 2048;

    /// <exception cref="InvalidDataException">It is no JPEG picture of at most 2048x2048.</exception>
    public static unsafe RgbPicture Decode(ReadOnlySpan<byte> jpeg)
    {
        using var handle = TurboJpeg.InitDecompress();
        if (handle.IsInvalid)
        {
            throw new InvalidDataException("libturbojpeg could not be started; install the package libturbojpeg0.");
        }

        fixed (byte* source = jpeg)
        {
            if (TurboJpeg.DecompressHeader3(handle, source, (nuint)jpeg.Length, out var width, out var height, out _, out _) != 0 || width is < 16 or > MaxSide || height is < 16 or > MaxSide)
            {
                throw new InvalidDataException("The preview is no picture that can be judged.");
            }

            var rgb = new byte[width * height * 3];
            fixed (byte* pixels = rgb)
            {
                if (TurboJpeg.Decompress2(handle, source, (nuint)jpeg.Length, pixels, width, width * 3, height, TurboJpeg.TJPF_RGB, TurboJpeg.TJFLAG_FASTDCT) != 0)
                {
                    throw new InvalidDataException("The preview is broken: " + Marshal.PtrToStringUTF8(TurboJpeg.GetErrorStr2(handle)));
                }
            }

            return new RgbPicture(rgb, width, height);
        }
    }
}
