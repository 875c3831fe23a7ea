using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Receive;

/// <summary>
/// Whether bytes are an MP4 file, by their content: ISO/IEC 14496-12 boxes end to end, the first one <c>ftyp</c>, with a <c>moov</c>
/// among them. Only box headers are read, so 60 GB take no longer than 1 MB.
/// </summary>
internal static class Mp4Check
{
    /// <summary>A fragmented take of 12 hours has some 90,000 boxes.</summary>
    private const int MaxBoxes = 4_000_000;

    /// <summary>Bytes that <see cref="StartsLikeMp4"/> needs.</summary>
    public const int HeadBytes = 8;

    public static bool StartsLikeMp4(ReadOnlySpan<byte> head) => head.Length >= HeadBytes && head[4..8].SequenceEqual("ftyp"u8);

    /// <returns>Null for an MP4 file, else what is wrong with it.</returns>
    public static string? Problem(SafeFileHandle file, long length)
    {
        Span<byte> header = stackalloc byte[16];
        var offset = 0L;
        var hasMovie = false;
        for (var boxes = 0; offset < length; boxes++)
        {
            var read = RandomAccess.Read(file, header, offset);
            if (read < HeadBytes)
            {
                return "The file is not an MP4 video: it ends inside a box header.";
            }

            if (offset == 0 && !StartsLikeMp4(header))
            {
                return "The file is not an MP4 video: it does not start with an 'ftyp' box.";
            }

            if (boxes == MaxBoxes)
            {
                return "The file is not an MP4 video that this server accepts: it has too many boxes.";
            }

            var type = Encoding.Latin1.GetString(header[4..8]);
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            var minimum = 8L;
            if (size == 1)
            {
                minimum = 16;
                size = read == 16 && BinaryPrimitives.ReadUInt64BigEndian(header[8..]) is <= long.MaxValue and var large ? (long)large : -1;
            }
            else if (size == 0)
            {
                size = length - offset;
            }

            if (size < minimum || size > length - offset)
            {
                return "The file is not a whole MP4 video: a box at byte " + offset.ToString(System.Globalization.CultureInfo.InvariantCulture) + " reaches beyond the file's end.";
            }

            hasMovie |= type == "moov";
            offset += size;
        }

        return hasMovie ? null : "The file is not an MP4 video: it has no 'moov' box.";
    }
}
