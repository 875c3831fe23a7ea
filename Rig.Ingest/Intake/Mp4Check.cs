using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Intake;

/// <summary>
/// Whether bytes are an MP4 file, by their content. What does not begin with an <c>ftyp</c> box is refused. Whether the rest is boxes end
/// to end (ISO/IEC 14496-12) with a <c>moov</c> among them is only reported: a torn recording is better than none.
/// Only box headers are read, so 60 GB take no longer than 1 MB.
/// </summary>
internal static class Mp4Check
{
    /// <summary>A fragmented take of 12 hours has some 90,000 boxes.</summary>
    private const int MaxBoxes = 4_000_000;

    /// <summary>Bytes that <see cref="StartsLikeMp4(ReadOnlySpan{byte})"/> needs.</summary>
    public const int HeadBytes = 8;

    /// <summary>What a sender of anything else is told.</summary>
    public const string Refusal = "The file is not an MP4 video: it does not start with an 'ftyp' box. Only MP4 recordings are accepted.";

    /// <summary>An <c>ftyp</c> box that has at least its own header, or one of the two sizes that mean something else: 0, to the end, and 1, a longer number follows.</summary>
    public static bool StartsLikeMp4(ReadOnlySpan<byte> head) =>
        head.Length >= HeadBytes && head[4..8].SequenceEqual("ftyp"u8) && BinaryPrimitives.ReadUInt32BigEndian(head) is 0 or 1 or >= (uint)HeadBytes;

    public static bool StartsLikeMp4(SafeFileHandle file) => StartsLikeMp4((buffer, offset) => RandomAccess.Read(file, buffer, offset));

    /// <inheritdoc cref="StartsLikeMp4(ReadOnlySpan{byte})"/>
    public static bool StartsLikeMp4(ReadAt read)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        return read(head, 0) == HeadBytes && StartsLikeMp4(head);
    }

    /// <returns>Null for a whole MP4 file, else a sentence about what is wrong with it.</returns>
    public static string? Problem(SafeFileHandle file, long length) => Problem((buffer, offset) => RandomAccess.Read(file, buffer, offset), length);

    /// <inheritdoc cref="Problem(SafeFileHandle, long)"/>
    public static string? Problem(ReadAt readAt, long length)
    {
        Span<byte> header = stackalloc byte[16];
        var offset = 0L;
        var hasMovie = false;
        for (var boxes = 0; offset < length; boxes++)
        {
            var read = readAt(header, offset);
            if (read < HeadBytes)
            {
                return "The file is not a whole MP4 video: it ends inside a box header.";
            }

            if (offset == 0 && !StartsLikeMp4(header))
            {
                return Refusal;
            }

            if (boxes == MaxBoxes)
            {
                return "The file is not a plausible MP4 video: it has too many boxes.";
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

        return hasMovie ? null : "The file is not a whole MP4 video: it has no 'moov' box, without which players cannot read it.";
    }
}

/// <summary>Reads from a place in a file; fewer bytes than asked for only at its end.</summary>
internal delegate int ReadAt(Span<byte> buffer, long offset);
