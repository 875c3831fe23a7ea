namespace Rig.CameraNode.Imaging;

/// <summary>How a driver lays a picture out in memory.</summary>
/// <param name="Stride">Bytes from one row of the first plane to the next.</param>
/// <param name="SizeBytes">Bytes of a whole picture; for MJPEG the most that one may take.</param>
internal sealed record PictureLayout(int Width, int Height, uint PixelFormat, int Stride, int SizeBytes)
{
    /// <summary>Where the second plane (U, or U and V interleaved) begins.</summary>
    internal int UOffset { get; init; } = Stride * Height;

    /// <summary>Where the third plane of a planar picture begins.</summary>
    internal int VOffset { get; init; } = (Stride * Height) + (Stride / 2 * (Height / 2));

    /// <summary>The least bytes that a picture of this layout can have, so that a short buffer is never read beyond its end.</summary>
    internal int NeededBytes => PixelFormat switch
    {
        PixelFormats.Nv12 => UOffset + (Stride * ((Height / 2) - 1)) + Width,
        PixelFormats.Yu12 => VOffset + (Stride / 2 * ((Height / 2) - 1)) + (Width / 2),
        PixelFormats.Yuyv or PixelFormats.Uyvy => (Stride * (Height - 1)) + (Width * 2),
        PixelFormats.Rgb3 or PixelFormats.Bgr3 => (Stride * (Height - 1)) + (Width * 3),
        _ => 4,
    };
}

/// <summary>Four-character codes of <c>linux/videodev2.h</c> for the pictures that Rig reads.</summary>
internal static class PixelFormats
{
    internal const uint Nv12 = 'N' | ('V' << 8) | ('1' << 16) | ('2' << 24);
    internal const uint Yu12 = 'Y' | ('U' << 8) | ('1' << 16) | ('2' << 24);
    internal const uint Yuyv = 'Y' | ('U' << 8) | ('Y' << 16) | ('V' << 24);
    internal const uint Uyvy = 'U' | ('Y' << 8) | ('V' << 16) | ('Y' << 24);
    internal const uint Mjpg = 'M' | ('J' << 8) | ('P' << 16) | ('G' << 24);
    internal const uint Rgb3 = 'R' | ('G' << 8) | ('B' << 16) | ('3' << 24);
    internal const uint Bgr3 = 'B' | ('G' << 8) | ('R' << 16) | ('3' << 24);
    internal const uint H264 = 'H' | ('2' << 8) | ('6' << 16) | ('4' << 24);
    internal const uint Hevc = 'H' | ('E' << 8) | ('V' << 16) | ('C' << 24);
    internal const uint Fwht = 'F' | ('W' << 8) | ('H' << 16) | ('T' << 24);

    /// <summary>What a camera may deliver, in the order of what it costs to bring it to the pipeline's form.</summary>
    internal static readonly IReadOnlyList<uint> Readable = [Yu12, Nv12, Yuyv, Uyvy, Mjpg, Bgr3, Rgb3];

    internal static string Name(uint code) =>
        string.Create(4, code, static (text, c) =>
        {
            for (var i = 0; i < 4; i++)
            {
                var letter = (char)((c >> (8 * i)) & 0x7F);
                text[i] = char.IsAsciiLetterOrDigit(letter) ? letter : '_';
            }
        });
}
