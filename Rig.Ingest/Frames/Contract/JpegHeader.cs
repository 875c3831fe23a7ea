using System.Buffers.Binary;

namespace Rig.Ingest.Frames;

/// <summary>What a JPEG file says of itself before its picture begins, and whether it ends as one.</summary>
internal readonly record struct JpegHeader(int Width, int Height)
{
    private const byte Marker = 0xFF;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <summary>Cameras fill their last block; more than this behind the end is no JPEG file.</summary>
    private const int MaxPadding = 4096;

    /// <param name="problem">Why it is refused; empty when it is not.</param>
    public static bool TryRead(ReadOnlySpan<byte> jpeg, out JpegHeader header, out string problem)
    {
        header = default;
        problem = "image is not a JPEG";
        if (jpeg.Length < 4 || jpeg[0] != Marker || jpeg[1] != StartOfImage || jpeg[2] != Marker)
        {
            return false;
        }

        var at = 2;
        problem = "image is truncated";
        while (at + 4 <= jpeg.Length)
        {
            if (jpeg[at] != Marker)
            {
                problem = "image is not a JPEG";
                return false;
            }

            var marker = jpeg[at + 1];
            if (marker == Marker)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (length < 2)
            {
                problem = "image is not a JPEG";
                return false;
            }

            if (IsFrame(marker))
            {
                if (length < 8 || at + 2 + length > jpeg.Length)
                {
                    return false;
                }

                header = new JpegHeader(BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 5)..]));
            }
            else if (marker == StartOfScan)
            {
                if (header.Width == 0 || header.Height == 0)
                {
                    problem = "image is not a JPEG";
                    return false;
                }

                if (!EndsAsJpeg(jpeg[at..]))
                {
                    return false;
                }

                problem = "";
                return true;
            }

            at += 2 + length;
        }

        return false;
    }

    /// <summary>SOF0 to SOF15 without DHT, JPG and DAC.</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;

    private static bool EndsAsJpeg(ReadOnlySpan<byte> scan)
    {
        var end = scan.LastIndexOf([Marker, EndOfImage]);
        return end > 0 && scan.Length - end - 2 <= MaxPadding;
    }
}
