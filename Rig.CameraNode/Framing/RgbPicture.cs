namespace Rig.CameraNode.Framing;

/// <summary>A small full-range picture to be judged: packed 8-bit RGB, rows from the top.</summary>
internal sealed class RgbPicture
{
    private readonly byte[] rgb;
    private readonly byte[] luma;

    /// <exception cref="ArgumentException">The bytes are not those of a picture of that size.</exception>
    public RgbPicture(byte[] rgb, int width, int height)
    {
        if (width < 1 || height < 1 || rgb.Length != width * height * 3)
        {
            throw new ArgumentException($"{rgb.Length} bytes are no RGB picture of {width}x{height}.", nameof(rgb));
        }

        (this.rgb, Width, Height) = (rgb, width, height);
        luma = new byte[width * height];
        for (var i = 0; i < luma.Length; i++)
        {
            // Rec. 709 in 1/256.
            luma[i] = (byte)(((54 * rgb[i * 3]) + (183 * rgb[(i * 3) + 1]) + (19 * rgb[(i * 3) + 2])) >> 8);
        }
    }

    public int Width { get; }

    public int Height { get; }

    public ReadOnlySpan<byte> Luma => luma;

    public (byte Red, byte Green, byte Blue) At(int x, int y)
    {
        var i = ((y * Width) + x) * 3;
        return (rgb[i], rgb[i + 1], rgb[i + 2]);
    }
}
