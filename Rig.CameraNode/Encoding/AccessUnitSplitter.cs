namespace Rig.CameraNode.Encoding;

/// <summary>
/// Cuts an encoder's byte stream into access units. The encoder must write an access unit delimiter before each picture, so a
/// unit is complete when the next delimiter, or the end of the stream, is seen.
/// </summary>
internal sealed class AccessUnitSplitter(VideoCodec codec)
{
    /// <summary>No access unit of a supported mode comes near this; more means a stream that is not what it says.</summary>
    internal const int MaxAccessUnitBytes = 16 << 20;

    private byte[] buffer = new byte[256 << 10];
    private int length;
    private int scanned;
    private int start = -1;

    /// <summary>Takes the next bytes and calls <paramref name="onUnit"/> for each unit that they complete.</summary>
    /// <exception cref="InvalidDataException">A unit is larger than <see cref="MaxAccessUnitBytes"/>.</exception>
    internal void Push(ReadOnlySpan<byte> bytes, Action<ReadOnlyMemory<byte>> onUnit)
    {
        if (length + bytes.Length > buffer.Length)
        {
            if (length + bytes.Length > MaxAccessUnitBytes)
            {
                throw new InvalidDataException($"The encoder wrote more than {MaxAccessUnitBytes >> 20} MiB without an access unit delimiter.");
            }

            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + bytes.Length));
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
        Scan(onUnit);
    }

    /// <summary>The stream ended: what is left is the last unit.</summary>
    internal void End(Action<ReadOnlyMemory<byte>> onUnit)
    {
        if (start >= 0 && length > start)
        {
            onUnit(buffer.AsMemory(start, length - start));
        }

        length = scanned = 0;
        start = -1;
    }

    private void Scan(Action<ReadOnlyMemory<byte>> onUnit)
    {
        while (true)
        {
            var found = AnnexB.IndexOfStartCode(buffer.AsSpan(scanned, length - scanned));
            if (found < 0)
            {
                // A start code may be cut at the end of what has come so far.
                scanned = Math.Max(scanned, length - 2);
                break;
            }

            var code = scanned + found;
            if (code + 3 >= length)
            {
                scanned = code;
                break;
            }

            scanned = code + 3;
            if (NalUnit.KindOf(codec, buffer.AsSpan(code + 3, 1)) != NalKind.Delimiter)
            {
                continue;
            }

            // The four-byte start code's leading zero belongs to the delimiter, not to the unit before.
            var boundary = code > 0 && buffer[code - 1] == 0 ? code - 1 : code;
            if (start >= 0)
            {
                onUnit(buffer.AsMemory(start, boundary - start));
            }

            start = boundary;
        }

        if (start > 0)
        {
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            scanned -= start;
            start = 0;
        }
    }
}
