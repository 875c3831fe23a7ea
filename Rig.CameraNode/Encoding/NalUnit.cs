namespace Rig.CameraNode.Encoding;

/// <summary>What the recorder needs to know of a NAL unit: tables 7-1 of ITU-T H.264 and H.265.</summary>
internal static class NalUnit
{
    internal static NalKind KindOf(VideoCodec codec, ReadOnlySpan<byte> unit) => codec == VideoCodec.H265 ? H265(unit) : H264(unit);

    private static NalKind H264(ReadOnlySpan<byte> unit) => (unit[0] & 0x1F) switch
    {
        5 => NalKind.KeySlice,
        >= 1 and <= 4 => NalKind.Slice,
        7 => NalKind.Sps,
        8 => NalKind.Pps,
        9 => NalKind.Delimiter,
        _ => NalKind.Other,
    };

    private static NalKind H265(ReadOnlySpan<byte> unit) => ((unit[0] >> 1) & 0x3F) switch
    {
        >= 16 and <= 23 => NalKind.KeySlice,
        <= 9 => NalKind.Slice,
        32 => NalKind.Vps,
        33 => NalKind.Sps,
        34 => NalKind.Pps,
        35 => NalKind.Delimiter,
        _ => NalKind.Other,
    };
}

internal enum NalKind
{
    Other = 0,
    Slice = 1,
    KeySlice = 2,
    Vps = 3,
    Sps = 4,
    Pps = 5,
    Delimiter = 6,
}
