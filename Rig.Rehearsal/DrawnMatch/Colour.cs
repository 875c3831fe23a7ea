namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Gamma-coded RGB, 0 to 255 and not clipped.</summary>
internal readonly record struct RgbColour(double R, double G, double B)
{
    public static RgbColour operator *(RgbColour colour, double factor) => new(colour.R * factor, colour.G * factor, colour.B * factor);

    public static RgbColour operator +(RgbColour a, RgbColour b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static RgbColour Mix(RgbColour a, RgbColour b, double amount) => (a * (1 - amount)) + (b * amount);

    /// <summary>Limited-range BT.709.</summary>
    public Yuv ToYuv()
    {
        var (r, g, b) = (Math.Clamp(R, 0, 255), Math.Clamp(G, 0, 255), Math.Clamp(B, 0, 255));
        return new Yuv(
            (float)(16 + (0.1826 * r) + (0.6142 * g) + (0.0620 * b)),
            (float)(128 - (0.1006 * r) - (0.3386 * g) + (0.4392 * b)),
            (float)(128 + (0.4392 * r) - (0.3989 * g) - (0.0403 * b)));
    }
}

internal readonly record struct Yuv(float Y, float U, float V);
