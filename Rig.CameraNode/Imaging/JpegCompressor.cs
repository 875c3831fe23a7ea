using System.Runtime.InteropServices;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Imaging;

/// <summary>RGB pictures to JPEG through libturbojpeg. One thread.</summary>
internal sealed class JpegCompressor : IDisposable
{
    internal const int PreviewQuality = 75;
    private readonly JpegHandle handle;

    internal JpegCompressor()
    {
        handle = TurboJpeg.InitCompress();
        if (handle.IsInvalid)
        {
            throw new InvalidOperationException("libturbojpeg could not be started; install the package libturbojpeg0.");
        }
    }

    /// <param name="quality">1 to 100.</param>
    internal unsafe byte[] Compress(ReadOnlySpan<byte> rgb, int width, int height, int quality = PreviewQuality)
    {
        byte* jpeg = null;
        nuint bytes = 0;
        try
        {
            fixed (byte* pixels = rgb)
            {
                if (TurboJpeg.Compress2(handle, pixels, width, width * 3, height, TurboJpeg.TJPF_RGB, ref jpeg, ref bytes, TurboJpeg.TJSAMP_420, quality, 0) != 0)
                {
                    throw new InvalidDataException("libturbojpeg: " + Marshal.PtrToStringUTF8(TurboJpeg.GetErrorStr2(handle)));
                }
            }

            return new ReadOnlySpan<byte>(jpeg, (int)bytes).ToArray();
        }
        finally
        {
            TurboJpeg.Free(jpeg);
        }
    }

    public void Dispose() => handle.Dispose();
}
