using System.Buffers.Binary;
using System.Globalization;

namespace Rig.Ingest.Renditions;

/// <summary>A track's codec in a player's words (RFC 6381; ISO/IEC 14496-15 annex E for HEVC).</summary>
internal static class SampleEntry
{
    private const int VisualHead = 78;
    private const int AudioHead = 28;

    /// <param name="entry">Without its size and type.</param>
    /// <returns>Width and height are 0 for sound.</returns>
    /// <exception cref="InvalidDataException">Another codec than those that are rendered.</exception>
    public static (string Codec, int Width, int Height) Read(string type, ReadOnlySpan<byte> entry) => type switch
    {
        "avc1" => (Avc(Boxes.One(entry[VisualHead..], "avcC").Span), Size(entry, 24), Size(entry, 26)),
        "hvc1" => (Hevc(Boxes.One(entry[VisualHead..], "hvcC").Span), Size(entry, 24), Size(entry, 26)),
        "mp4a" => (Aac(Boxes.One(entry[AudioHead..], "esds").Span), 0, 0),
        _ => throw new InvalidDataException($"The codec '{type}' is none that is rendered."),
    };

    private static int Size(ReadOnlySpan<byte> entry, int at) => BinaryPrimitives.ReadUInt16BigEndian(entry[at..]);

    /// <summary>Profile, constraints and level as they stand in the configuration.</summary>
    private static string Avc(ReadOnlySpan<byte> avcC) => "avc1." + Convert.ToHexStringLower(avcC.Slice(1, 3));

    private static string Hevc(ReadOnlySpan<byte> hvcC)
    {
        var space = (hvcC[1] >> 6) switch { 1 => "A", 2 => "B", 3 => "C", _ => "" };
        var compatible = BinaryPrimitives.ReadUInt32BigEndian(hvcC[2..]);
        var reversed = 0u;
        for (var bit = 0; bit < 32; bit++)
        {
            reversed |= ((compatible >> bit) & 1) << (31 - bit);
        }

        var constraints = hvcC.Slice(6, 6).ToArray().AsEnumerable().Reverse().SkipWhile(b => b == 0).Reverse().Select(b => "." + b.ToString("X", CultureInfo.InvariantCulture));
        var tier = (hvcC[1] & 0x20) != 0 ? "H" : "L";
        return string.Create(CultureInfo.InvariantCulture, $"hvc1.{space}{hvcC[1] & 0x1F}.{reversed:X}.{tier}{hvcC[12]}{string.Concat(constraints)}");
    }

    /// <summary>Object type and audio object type out of the descriptors of ISO/IEC 14496-1.</summary>
    private static string Aac(ReadOnlySpan<byte> esds)
    {
        for (var at = 4; at + 2 < esds.Length;)
        {
            var tag = esds[at++];
            var length = 0;
            byte part;
            do
            {
                part = esds[at++];
                length = (length << 7) | (part & 0x7F);
            }
            while ((part & 0x80) != 0);

            switch (tag)
            {
                case 3:
                    at += 3;
                    break;
                case 4:
                    if (esds[at] != 0x40)
                    {
                        throw new InvalidDataException("The sound is no AAC.");
                    }

                    at += 13;
                    break;
                case 5:
                    return string.Create(CultureInfo.InvariantCulture, $"mp4a.40.{esds[at] >> 3}");
                default:
                    at += length;
                    break;
            }
        }

        throw new InvalidDataException("The sound does not say what it is.");
    }
}
