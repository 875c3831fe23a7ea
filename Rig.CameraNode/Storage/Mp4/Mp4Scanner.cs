using System.Buffers.Binary;

namespace Rig.CameraNode.Storage.Mp4;

/// <summary>
/// Reads a file that <see cref="Mp4Header"/> and <see cref="FragmentBuilder"/> wrote, up to the last fragment that is whole: box
/// sizes, sequence numbers, sample sizes, the lengths of the NAL units inside and the fragment's check sum must all agree. Bytes
/// after it are a torn tail.
/// </summary>
internal static class Mp4Scanner
{
    private const int MaxHeaderBytes = 1 << 20;

    /// <summary>A fragment holds a fraction of a second; more than this is not one.</summary>
    private const int MaxFragmentBytes = 128 << 20;

    /// <summary>
    /// Calls <paramref name="onBytes"/> with each whole part, header and fragments, in file order, and <paramref name="onSample"/>
    /// with each frame of each whole fragment.
    /// </summary>
    /// <returns>The length of the whole part: 0 without a whole header, the header's length without a whole fragment.</returns>
    internal static long Scan(Stream file, Action<ReadOnlyMemory<byte>> onBytes, Action<ScannedSample> onSample)
    {
        var part = new byte[1 << 20];
        var header = ReadBox(file, 0, "ftyp", ref part, 0, MaxHeaderBytes);
        var moov = header == 0 ? 0 : ReadBox(file, header, "moov", ref part, header, MaxHeaderBytes);
        if (moov == 0)
        {
            return 0;
        }

        var length = (long)header + moov;
        onBytes(part.AsMemory(0, (int)length));
        var samples = new List<ScannedSample>();
        for (uint sequence = 1; ; sequence++)
        {
            var moof = ReadBox(file, length, "moof", ref part, 0, MaxFragmentBytes);
            var mdat = moof == 0 ? 0 : ReadBox(file, length + moof, "mdat", ref part, moof, MaxFragmentBytes);
            var seal = mdat == 0 ? 0 : ReadBox(file, length + moof + mdat, "free", ref part, moof + mdat, FragmentSeal.SizeBytes);
            samples.Clear();
            if (seal == 0
                || !TryReadSamples(part.AsSpan(0, moof), sequence, length, samples)
                || !MediaAgrees(part.AsSpan(moof + 8, mdat - 8), samples)
                || !FragmentSeal.Agrees(part.AsSpan(0, moof + mdat), part.AsSpan(moof + mdat, seal)))
            {
                return length;
            }

            var size = moof + mdat + seal;
            onBytes(part.AsMemory(0, size));
            samples.ForEach(onSample);
            length += size;
        }
    }

    private static int ReadBox(Stream file, long position, string type, ref byte[] buffer, int at, int maxBytes)
    {
        Span<byte> head = stackalloc byte[8];
        file.Position = position;
        if (file.ReadAtLeast(head, 8, throwOnEndOfStream: false) < 8)
        {
            return 0;
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (size < 8 || size > maxBytes || position + size > file.Length || !head[4..].SequenceEqual(System.Text.Encoding.ASCII.GetBytes(type)))
        {
            return 0;
        }

        if (at + (int)size > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, at + (int)size));
        }

        head.CopyTo(buffer.AsSpan(at));
        return file.ReadAtLeast(buffer.AsSpan(at + 8, (int)size - 8), (int)size - 8, throwOnEndOfStream: false) == size - 8 ? (int)size : 0;
    }

    /// <summary>Reads mfhd, tfdt and trun at the places where the builder puts them.</summary>
    private static bool TryReadSamples(ReadOnlySpan<byte> moof, uint sequence, long fragmentOffset, List<ScannedSample> samples)
    {
        const int MfhdAt = 8, TrafAt = MfhdAt + 16, TfhdAt = TrafAt + 8, TfdtAt = TfhdAt + 16, TrunAt = TfdtAt + 20, SamplesAt = TrunAt + 20;
        if (moof.Length < SamplesAt
            || !IsBox(moof, MfhdAt, "mfhd"u8) || U32(moof, MfhdAt + 12) != sequence
            || !IsBox(moof, TrafAt, "traf"u8) || !IsBox(moof, TfhdAt, "tfhd"u8)
            || !IsBox(moof, TfdtAt, "tfdt"u8) || !IsBox(moof, TrunAt, "trun"u8))
        {
            return false;
        }

        var count = U32(moof, TrunAt + 12);
        if (count == 0 || moof.Length != SamplesAt + (count * 12L))
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(moof[(TfdtAt + 12)..]);
        for (var i = 0; i < count; i++)
        {
            var at = SamplesAt + (i * 12);
            var size = U32(moof, at + 4);
            if (size is 0 or > MaxFragmentBytes)
            {
                return false;
            }

            samples.Add(new ScannedSample(ticks, fragmentOffset, (int)size, U32(moof, at + 8) == FragmentBuilder.KeySample));
            ticks += U32(moof, at);
        }

        return true;
    }

    private static bool MediaAgrees(ReadOnlySpan<byte> media, List<ScannedSample> samples)
    {
        foreach (var sample in samples)
        {
            if (sample.SizeBytes > media.Length)
            {
                return false;
            }

            var units = media[..sample.SizeBytes];
            while (!units.IsEmpty)
            {
                if (units.Length < 5 || U32(units, 0) is 0 or > MaxFragmentBytes || U32(units, 0) > units.Length - 4)
                {
                    return false;
                }

                units = units[(4 + (int)U32(units, 0))..];
            }

            media = media[sample.SizeBytes..];
        }

        return media.IsEmpty;
    }

    private static bool IsBox(ReadOnlySpan<byte> bytes, int at, ReadOnlySpan<byte> type) => bytes.Slice(at + 4, 4).SequenceEqual(type);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    /// <param name="Ticks">Decode time in <see cref="Mp4Header.Timescale"/> from the first frame.</param>
    internal readonly record struct ScannedSample(long Ticks, long FragmentOffset, int SizeBytes, bool IsKey);
}
