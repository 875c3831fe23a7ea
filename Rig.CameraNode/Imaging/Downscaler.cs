using System.Numerics;

namespace Rig.CameraNode.Imaging;

/// <summary>
/// Makes the small RGB pictures of previews: area averages of limited-range BT.709 luma and chroma. Works in buffers of its own, which
/// the next picture overwrites. One thread.
/// </summary>
internal sealed class Downscaler(int width, int height)
{
    private readonly float[] luma = new float[width * height];
    private readonly float[] blue = new float[width * height];
    private readonly float[] red = new float[width * height];
    private readonly byte[] rgb = new byte[width * height * 3];
    private readonly (int Begin, int End)[] parts = new (int Begin, int End)[width];
    private ushort[] columns = [];

    /// <returns>Packed 8-bit RGB of exactly the asked size; valid until the next call.</returns>
    internal byte[] ToRgb(Yuv420Frame frame)
    {
        Average(frame.Y, frame.Width, frame.Height, luma);
        Average(frame.U, frame.Width / 2, frame.Height / 2, blue);
        Average(frame.V, frame.Width / 2, frame.Height / 2, red);
        for (var i = 0; i < luma.Length; i++)
        {
            var l = (luma[i] - 16) * (255f / 219);
            var cb = (blue[i] - 128) * (255f / 224);
            var cr = (red[i] - 128) * (255f / 224);
            rgb[i * 3] = Rounded(l + (1.5748f * cr));
            rgb[(i * 3) + 1] = Rounded(l - (0.1873f * cb) - (0.4681f * cr));
            rgb[(i * 3) + 2] = Rounded(l + (1.8556f * cb));
        }

        return rgb;
    }

    /// <summary>Adds an output row's rows first, many columns at once, then their columns.</summary>
    private void Average(ReadOnlySpan<byte> plane, int planeWidth, int planeHeight, float[] averages)
    {
        if (columns.Length < planeWidth)
        {
            columns = new ushort[planeWidth];
        }

        for (var x = 0; x < width; x++)
        {
            parts[x] = Part(x, planeWidth, width);
        }

        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = Part(y, planeHeight, height);
            Array.Clear(columns);
            for (var row = top; row < bottom; row++)
            {
                Add(plane.Slice(row * planeWidth, planeWidth), columns);
            }

            var rows = bottom - top;
            var line = averages.AsSpan(y * width, width);
            for (var x = 0; x < line.Length; x++)
            {
                var (left, right) = parts[x];
                var sum = 0;
                foreach (var column in columns.AsSpan(left, right - left))
                {
                    sum += column;
                }

                line[x] = (float)sum / ((right - left) * rows);
            }
        }
    }

    /// <summary>Where the n-th of so many equal parts begins and ends; never empty.</summary>
    private static (int Begin, int End) Part(int n, int length, int parts)
    {
        var begin = n * length / parts;
        return (begin, Math.Max(begin + 1, (n + 1) * length / parts));
    }

    /// <summary>16 bits hold the sum of 257 rows; a preview averages far fewer.</summary>
    private static void Add(ReadOnlySpan<byte> row, Span<ushort> sums)
    {
        var i = 0;
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[i..]), out var first, out var second);
            (new Vector<ushort>(sums[i..]) + first).CopyTo(sums[i..]);
            var behind = sums[(i + Vector<ushort>.Count)..];
            (new Vector<ushort>(behind) + second).CopyTo(behind);
        }

        for (; i < row.Length; i++)
        {
            sums[i] += row[i];
        }
    }

    private static byte Rounded(float value) => (byte)Math.Clamp((int)(value + 0.5f), 0, 255);
}
