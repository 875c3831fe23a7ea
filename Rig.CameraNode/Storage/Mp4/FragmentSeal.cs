using System.Buffers.Binary;
using System.Numerics;

namespace Rig.CameraNode.Storage.Mp4;

/// <summary>
/// The CRC-32C (RFC 9260, appendix B) of a fragment's moof and mdat in a <c>free</c> box behind them. Players skip it. After a
/// power cut some pages of a fragment may be there and others zero; lengths alone would not show that.
/// </summary>
internal static class FragmentSeal
{
    internal const int SizeBytes = 16;

    /// <summary>Seals everything written since <paramref name="from"/>.</summary>
    internal static void Write(BoxWriter w, int from)
    {
        var crc = Crc32C(w.Written[from..]);
        using (w.Begin("free"))
        {
            w.Ascii("c32c");
            w.U32(crc);
        }
    }

    /// <param name="seal">The box as it is in the file.</param>
    internal static bool Agrees(ReadOnlySpan<byte> fragment, ReadOnlySpan<byte> seal) =>
        seal.Length == SizeBytes && seal[8..12].SequenceEqual("c32c"u8) && BinaryPrimitives.ReadUInt32BigEndian(seal[12..]) == Crc32C(fragment);

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
