using System.Buffers.Binary;

namespace Rig.CameraNode.Encoding;

/// <summary>
/// The parameter sets of a stream, and the decoder configuration record that MP4 wants of them: avcC and hvcC of
/// ISO/IEC 14496-15, sections 5.3.3 and 8.3.3. 8-bit 4:2:0 only, four-byte NAL lengths.
/// </summary>
internal sealed record ParameterSets(VideoCodec Codec, byte[] Vps, byte[] Sps, byte[] Pps)
{
    /// <returns>Null when the access unit does not carry all of them.</returns>
    internal static ParameterSets? Find(VideoCodec codec, ReadOnlySpan<byte> accessUnit)
    {
        byte[] vps = [], sps = [], pps = [];
        foreach (var unit in AnnexB.Split(accessUnit))
        {
            switch (NalUnit.KindOf(codec, unit))
            {
                case NalKind.Vps:
                    vps = unit.ToArray();
                    break;
                case NalKind.Sps:
                    sps = unit.ToArray();
                    break;
                case NalKind.Pps:
                    pps = unit.ToArray();
                    break;
            }
        }

        return sps.Length < 4 || pps.Length == 0 || (codec == VideoCodec.H265 && vps.Length == 0) ? null : new ParameterSets(codec, vps, sps, pps);
    }

    /// <summary>This very set is already in the decoder configuration, so a sample need not repeat it.</summary>
    internal bool Contains(NalKind kind, ReadOnlySpan<byte> unit) => kind switch
    {
        NalKind.Vps => unit.SequenceEqual(Vps),
        NalKind.Sps => unit.SequenceEqual(Sps),
        NalKind.Pps => unit.SequenceEqual(Pps),
        _ => false,
    };

    internal byte[] ToDecoderConfiguration() => Codec == VideoCodec.H265 ? ToHvcC() : ToAvcC();

    private byte[] ToAvcC()
    {
        var bytes = new List<byte> { 1, Sps[1], Sps[2], Sps[3], 0xFC | 3, 0xE0 | 1 };
        AddSet(bytes, Sps);
        bytes.Add(1);
        AddSet(bytes, Pps);
        if (Sps[1] is 100 or 110 or 122 or 144)
        {
            bytes.AddRange([0xFC | 1, 0xF8, 0xF8, 0]);
        }

        return [.. bytes];
    }

    private byte[] ToHvcC()
    {
        // After the two-byte NAL header and one byte of ids, the SPS repeats the 12 bytes of profile, tier and level.
        var sps = WithoutEmulationPrevention(Sps);
        var bytes = new List<byte> { 1 };
        bytes.AddRange(sps.AsSpan(3, 12));
        bytes.AddRange([0xF0, 0, 0xFC, 0xFC | 1, 0xF8, 0xF8, 0, 0, (1 << 3) | (1 << 2) | 3, 3]);
        foreach (var (type, set) in new[] { (32, Vps), (33, Sps), (34, Pps) })
        {
            bytes.AddRange([(byte)(0x80 | type), 0, 1]);
            AddSet(bytes, set);
        }

        return [.. bytes];
    }

    private static void AddSet(List<byte> bytes, byte[] set)
    {
        Span<byte> size = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(size, checked((ushort)set.Length));
        bytes.AddRange(size);
        bytes.AddRange(set);
    }

    private static byte[] WithoutEmulationPrevention(ReadOnlySpan<byte> unit)
    {
        var bytes = new List<byte>(unit.Length);
        for (var i = 0; i < unit.Length; i++)
        {
            if (i >= 2 && unit[i] == 3 && unit[i - 1] == 0 && unit[i - 2] == 0)
            {
                continue;
            }

            bytes.Add(unit[i]);
        }

        return [.. bytes];
    }
}
