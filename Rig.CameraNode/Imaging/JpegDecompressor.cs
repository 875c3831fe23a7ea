using System.Runtime.InteropServices;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Imaging;

/// <summary>
/// A USB camera's JPEG pictures to the pipeline's form, by way of RGB: JPEG is full-range BT.601 in any subsampling, the pipeline
/// limited-range BT.709. One thread.
/// </summary>
internal sealed class JpegDecompressor : IDisposable
{
    private readonly JpegHandle handle;
    private readonly PictureLayout layout;
    private readonly byte[] rgb;

    internal JpegDecompressor(int width, int height)
    {
        layout = new PictureLayout(width, height, PixelFormats.Rgb3, width * 3, width * height * 3);
        rgb = GC.AllocateUninitializedArray<byte>(layout.SizeBytes);
        handle = TurboJpeg.InitDecompress();
        if (handle.IsInvalid)
        {
            throw new InvalidOperationException("libturbojpeg could not be started; install the package libturbojpeg0.");
        }
    }

    /// <exception cref="InvalidDataException">It is no JPEG picture of the right size.</exception>
    internal unsafe void Decode(ReadOnlySpan<byte> jpeg, Yuv420Frame frame)
    {
        fixed (byte* source = jpeg)
        fixed (byte* pixels = rgb)
        {
            if (TurboJpeg.DecompressHeader3(handle, source, (nuint)jpeg.Length, out var width, out var height, out _, out _) != 0)
            {
                throw new InvalidDataException("The camera's JPEG picture cannot be read: " + Marshal.PtrToStringUTF8(TurboJpeg.GetErrorStr2(handle)));
            }

            if (width != layout.Width || height != layout.Height)
            {
                throw new InvalidDataException($"The camera's JPEG picture is {width}x{height} and not {layout.Width}x{layout.Height}.");
            }

            // A picture cut short is still shown as far as it goes, as libjpeg does; the return value is a warning then.
            _ = TurboJpeg.Decompress2(handle, source, (nuint)jpeg.Length, pixels, width, layout.Stride, height, TurboJpeg.TJPF_RGB, TurboJpeg.TJFLAG_FASTDCT);
        }

        PixelConverter.ToI420(rgb, layout, frame);
    }

    public void Dispose() => handle.Dispose();
}
