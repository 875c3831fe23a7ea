using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rig.CameraNode.Imaging;

/// <summary>Brings a driver's picture to the pipeline's 4:2:0 planes. YUV stays as it is coded; RGB becomes limited-range BT.709.</summary>
internal static class PixelConverter
{
    /// <exception cref="InvalidDataException">The picture is shorter than its layout, or of a format that is none of ours.</exception>
    internal static void ToI420(ReadOnlySpan<byte> picture, PictureLayout layout, Yuv420Frame frame)
    {
        if (picture.Length < layout.NeededBytes)
        {
            throw new InvalidDataException($"A {PixelFormats.Name(layout.PixelFormat)} picture of {layout.Width}x{layout.Height} needs {layout.NeededBytes} bytes and the driver gave {picture.Length}.");
        }

        if (layout.Width != frame.Width || layout.Height != frame.Height)
        {
            throw new InvalidDataException($"A picture of {layout.Width}x{layout.Height} does not fit a frame of {frame.Width}x{frame.Height}.");
        }

        switch (layout.PixelFormat)
        {
            case PixelFormats.Yu12:
                CopyPlane(picture, layout.Stride, frame.Y, layout.Width, layout.Height);
                CopyPlane(picture[layout.UOffset..], layout.Stride / 2, frame.U, layout.Width / 2, layout.Height / 2);
                CopyPlane(picture[layout.VOffset..], layout.Stride / 2, frame.V, layout.Width / 2, layout.Height / 2);
                break;
            case PixelFormats.Nv12:
                CopyPlane(picture, layout.Stride, frame.Y, layout.Width, layout.Height);
                for (int row = 0, chroma = layout.Width / 2; row < layout.Height / 2; row++)
                {
                    Deinterleave(picture.Slice(layout.UOffset + (row * layout.Stride), layout.Width), frame.U.Slice(row * chroma, chroma), frame.V.Slice(row * chroma, chroma));
                }

                break;
            case PixelFormats.Yuyv:
                Packed422(picture, layout, frame, lumaFirst: true);
                break;
            case PixelFormats.Uyvy:
                Packed422(picture, layout, frame, lumaFirst: false);
                break;
            case PixelFormats.Rgb3:
                Rgb(picture, layout, frame, red: 0);
                break;
            case PixelFormats.Bgr3:
                Rgb(picture, layout, frame, red: 2);
                break;
            default:
                throw new InvalidDataException($"Pictures of the format {PixelFormats.Name(layout.PixelFormat)} cannot be read.");
        }
    }

    /// <summary>Writes a frame in the layout that an encoder's input queue wants: YU12 or NV12.</summary>
    internal static void FromI420(Yuv420Frame frame, PictureLayout layout, Span<byte> picture)
    {
        PadPlane(frame.Y, frame.Width, frame.Height, picture, layout.Stride);
        if (layout.PixelFormat == PixelFormats.Yu12)
        {
            PadPlane(frame.U, frame.Width / 2, frame.Height / 2, picture[layout.UOffset..], layout.Stride / 2);
            PadPlane(frame.V, frame.Width / 2, frame.Height / 2, picture[layout.VOffset..], layout.Stride / 2);
            return;
        }

        for (int row = 0, chroma = frame.Width / 2; row < frame.Height / 2; row++)
        {
            Interleave(frame.U.Slice(row * chroma, chroma), frame.V.Slice(row * chroma, chroma), picture.Slice(layout.UOffset + (row * layout.Stride), frame.Width));
        }
    }

    private static void CopyPlane(ReadOnlySpan<byte> from, int stride, Span<byte> to, int width, int height)
    {
        if (stride == width)
        {
            from[..(width * height)].CopyTo(to);
            return;
        }

        for (var row = 0; row < height; row++)
        {
            from.Slice(row * stride, width).CopyTo(to[(row * width)..]);
        }
    }

    private static void PadPlane(ReadOnlySpan<byte> from, int width, int height, Span<byte> to, int stride)
    {
        for (var row = 0; row < height; row++)
        {
            from.Slice(row * width, width).CopyTo(to[(row * stride)..]);
        }
    }

    /// <summary>Even bytes to one place, odd bytes to another.</summary>
    private static void Deinterleave(ReadOnlySpan<byte> pairs, Span<byte> even, Span<byte> odd)
    {
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var source = ref MemoryMarshal.GetReference(pairs);
            ref var evens = ref MemoryMarshal.GetReference(even);
            ref var odds = ref MemoryMarshal.GetReference(odd);
            var low = Vector128.Create((ushort)0xFF);
            for (; i + 16 <= even.Length; i += 16)
            {
                var first = Vector128.LoadUnsafe(ref source, (nuint)(2 * i)).AsUInt16();
                var second = Vector128.LoadUnsafe(ref source, (nuint)((2 * i) + 16)).AsUInt16();
                Vector128.Narrow(first & low, second & low).StoreUnsafe(ref evens, (nuint)i);
                Vector128.Narrow(first >>> 8, second >>> 8).StoreUnsafe(ref odds, (nuint)i);
            }
        }

        for (; i < even.Length; i++)
        {
            even[i] = pairs[2 * i];
            odd[i] = pairs[(2 * i) + 1];
        }
    }

    private static void Interleave(ReadOnlySpan<byte> even, ReadOnlySpan<byte> odd, Span<byte> pairs)
    {
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var evens = ref MemoryMarshal.GetReference(even);
            ref var odds = ref MemoryMarshal.GetReference(odd);
            ref var target = ref MemoryMarshal.GetReference(pairs);
            for (; i + 16 <= even.Length; i += 16)
            {
                var (evenLow, evenHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref evens, (nuint)i));
                var (oddLow, oddHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref odds, (nuint)i));
                (evenLow | (oddLow << 8)).AsByte().StoreUnsafe(ref target, (nuint)(2 * i));
                (evenHigh | (oddHigh << 8)).AsByte().StoreUnsafe(ref target, (nuint)((2 * i) + 16));
            }
        }

        for (; i < even.Length; i++)
        {
            pairs[2 * i] = even[i];
            pairs[(2 * i) + 1] = odd[i];
        }
    }

    /// <summary>4:2:2 to 4:2:0: the chroma of two rows becomes their rounded mean.</summary>
    private static void Packed422(ReadOnlySpan<byte> picture, PictureLayout layout, Yuv420Frame frame, bool lumaFirst)
    {
        int width = layout.Width, half = width / 2;
        Span<byte> chroma = new byte[2 * width];
        Span<byte> luma = frame.Y;
        for (var row = 0; row < layout.Height; row++)
        {
            var pixels = picture.Slice(row * layout.Stride, 2 * width);
            var mine = chroma.Slice((row & 1) * width, width);
            if (lumaFirst)
            {
                Deinterleave(pixels, luma.Slice(row * width, width), mine);
            }
            else
            {
                Deinterleave(pixels, mine, luma.Slice(row * width, width));
            }

            if ((row & 1) == 1)
            {
                Average(chroma[..width], mine);
                Deinterleave(mine, frame.U.Slice(row / 2 * half, half), frame.V.Slice(row / 2 * half, half));
            }
        }
    }

    /// <summary>Rounded mean of both, into the second.</summary>
    private static void Average(ReadOnlySpan<byte> a, Span<byte> b)
    {
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(a);
            ref var second = ref MemoryMarshal.GetReference(b);
            for (; i + 16 <= a.Length; i += 16)
            {
                // (x + y + 1) / 2 without a carry: x|y minus half of x^y.
                var x = Vector128.LoadUnsafe(ref first, (nuint)i);
                var y = Vector128.LoadUnsafe(ref second, (nuint)i);
                ((x | y) - (((x ^ y) >>> 1) & Vector128.Create((byte)0x7F))).StoreUnsafe(ref second, (nuint)i);
            }
        }

        for (; i < a.Length; i++)
        {
            b[i] = (byte)((a[i] + b[i] + 1) / 2);
        }
    }

    /// <summary>BT.709 in 1/65536, limited range; chroma from the mean of four pixels.</summary>
    private static void Rgb(ReadOnlySpan<byte> picture, PictureLayout layout, Yuv420Frame frame, int red)
    {
        int width = layout.Width, half = width / 2, blue = 2 - red;
        Span<byte> luma = frame.Y, u = frame.U, v = frame.V;
        for (var row = 0; row < layout.Height; row += 2)
        {
            var upper = picture.Slice(row * layout.Stride, 3 * width);
            var lower = picture.Slice((row + 1) * layout.Stride, 3 * width);
            for (var x = 0; x < width; x += 2)
            {
                int r = 0, g = 0, b = 0;
                for (var k = 0; k < 4; k++)
                {
                    var line = k < 2 ? upper : lower;
                    var at = 3 * (x + (k & 1));
                    int pr = line[at + red], pg = line[at + 1], pb = line[at + blue];
                    (r, g, b) = (r + pr, g + pg, b + pb);
                    luma[((row + (k >> 1)) * width) + x + (k & 1)] = (byte)(16 + (((11966 * pr) + (40254 * pg) + (4064 * pb) + 32768) >> 16));
                }

                var chroma = (row / 2 * half) + (x / 2);
                u[chroma] = (byte)(128 + (((-6596 * r) - (22189 * g) + (28784 * b) + 131072) >> 18));
                v[chroma] = (byte)(128 + (((28784 * r) - (26145 * g) - (2639 * b) + 131072) >> 18));
            }
        }
    }
}
