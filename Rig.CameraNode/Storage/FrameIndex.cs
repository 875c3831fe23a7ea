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
            records.Add(new IndexRecord(
                BinaryPrimitives.ReadInt64LittleEndian(rest),
                BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[24..]),
                BinaryPrimitives.ReadInt32LittleEndian(rest[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(rest[36..]) != 0));
        }

        return records;
    }
}
