using System.Buffers.Binary;

namespace Rig.CameraNode.Storage;

/// <summary>
/// The sidecar index <c>{recording id}.index</c>: a 16-byte header (<c>RIGINDEX</c>, version, record size), then one record a frame
/// in file order. Little-endian. docs/ref/node-storage.md.
/// </summary>
/// <param name="Number">Time slot from the take's start; a missing number is a dropped frame.</param>
/// <param name="MonotonicNs">CLOCK_MONOTONIC of the node's boot.</param>
/// <param name="WallNs">Node wall clock, nanoseconds since 1970 UTC.</param>
/// <param name="FragmentOffset">Where in the video file the frame's fragment begins.</param>
internal readonly record struct IndexRecord(long Number, long MonotonicNs, long WallNs, long FragmentOffset, int SizeBytes, bool IsKey);

internal static class FrameIndex
{
    internal const int HeaderBytes = 16;
    internal const int RecordBytes = 40;
    private const uint Version = 1;

    internal static byte[] Header()
    {
        var header = new byte[HeaderBytes];
        "RIGINDEX"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), RecordBytes);
        return header;
    }

    internal static void Write(Span<byte> bytes, in IndexRecord record)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, record.Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], record.MonotonicNs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], record.WallNs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], record.FragmentOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], record.SizeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], record.IsKey ? 1u : 0);
    }

    /// <summary>The newest record that was really written; null where there is none. What a power cut left of the end is skipped: pages of zeros.</summary>
    /// <param name="file">Of an index, seekable.</param>
    internal static IndexRecord? ReadLast(Stream file)
    {
        const int Window = 1024 * RecordBytes;
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.AsSpan().SequenceEqual(Header()))
        {
            return null;
        }

        var end = file.Length - ((file.Length - HeaderBytes) % RecordBytes);
        while (end > HeaderBytes)
        {
            var start = Math.Max(HeaderBytes, end - Window);
            var window = new byte[end - start];
            file.Position = start;
            file.ReadExactly(window);
            for (var at = window.Length - RecordBytes; at >= 0; at -= RecordBytes)
            {
                if (ReadOne(window.AsSpan(at)) is { WallNs: > 0 } record)
                {
                    return record;
                }
            }

            end = start;
        }

        return null;
    }

    /// <summary>Reads the whole records there are; a wrong header gives none.</summary>
    internal static IReadOnlyList<IndexRecord> Read(ReadOnlySpan<byte> file)
    {
        var records = new List<IndexRecord>();
        if (file.Length < HeaderBytes || !file[..HeaderBytes].SequenceEqual(Header()))
        {
            return records;
        }

        for (var rest = file[HeaderBytes..]; rest.Length >= RecordBytes; rest = rest[RecordBytes..])
        {
            records.Add(ReadOne(rest));
        }

        return records;
    }

    private static IndexRecord ReadOne(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]) != 0);
}
