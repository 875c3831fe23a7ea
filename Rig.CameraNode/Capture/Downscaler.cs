namespace Rig.CameraNode.Capture;

/// <summary>Makes the small RGB picture of a preview: area averages of limited-range BT.709 luma and chroma.</summary>
internal static class Downscaler
{
    /// <returns>Packed 8-bit RGB of exactly the asked size.</returns>
    internal static byte[] ToRgb(Yuv420Frame frame, int width, int height)
    {
        var rgb = new byte[width * height * 3];
        ReadOnlySpan<byte> luma = frame.Y, u = frame.U, v = frame.V;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var l = (Average(luma, frame.Width, frame.Height, x, y, width, height) - 16) * (255f / 219);
                var cb = (Average(u, frame.Width / 2, frame.Height / 2, x, y, width, height) - 128) * (255f / 224);
                var cr = (Average(v, frame.Width / 2, frame.Height / 2, x, y, width, height) - 128) * (255f / 224);
                var at = ((y * width) + x) * 3;
                rgb[at] = Clamp(l + (1.5748f * cr));
                rgb[at + 1] = Clamp(l - (0.1873f * cb) - (0.4681f * cr));
                rgb[at + 2] = Clamp(l + (1.8556f * cb));
            }
        }

        return rgb;
    }

    private static float Average(ReadOnlySpan<byte> plane, int planeWidth, int planeHeight, int x, int y, int width, int height)
    {
        int left = x * planeWidth / width, right = Math.Max(left + 1, (x + 1) * planeWidth / width);
        int top = y * planeHeight / height, bottom = Math.Max(top + 1, (y + 1) * planeHeight / height);
        var sum = 0;
        for (var row = top; row < bottom; row++)
        {
            foreach (var value in plane[((row * planeWidth) + left)..((row * planeWidth) + right)])
            {
                sum += value;
            }
        }

        return (float)sum / ((right - left) * (bottom - top));
    }

    private static byte Clamp(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
