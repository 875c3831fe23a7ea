namespace Rig.CameraNode.Encoding.V4l2;

/// <summary>
/// Makes a hardware encoder's units what the recorder expects: one picture each, and parameter sets with every key frame. Some
/// drivers write the sets once at the start, and some as a unit of their own. Pure.
/// </summary>
internal sealed class AccessUnitCompleter(VideoCodec codec)
{
    private readonly List<byte> headers = [];
    private byte[] completed = [];

    /// <returns>The unit to record, valid until the next call; null for one that only carries parameter sets.</returns>
    internal ReadOnlyMemory<byte>? Complete(ReadOnlyMemory<byte> unit)
    {
        var (hasSlice, isKey, hasSets) = Look(unit.Span);
        if (hasSets)
        {
            // Only what stands before the picture: the sets, and a delimiter that a decoder accepts there.
            headers.Clear();
            headers.AddRange(SetsOf(unit.Span));
        }

        if (!hasSlice)
        {
            return null;
        }

        if (!isKey || hasSets || headers.Count == 0)
        {
            return unit;
        }

        completed = [.. headers, .. unit.Span];
        return completed;
    }

    private (bool HasSlice, bool IsKey, bool HasSets) Look(ReadOnlySpan<byte> unit)
    {
        bool slice = false, key = false, sets = false;
        foreach (var nal in AnnexB.Split(unit))
        {
            var kind = NalUnit.KindOf(codec, nal);
            slice |= kind is NalKind.Slice or NalKind.KeySlice;
            key |= kind == NalKind.KeySlice;
            sets |= kind is NalKind.Sps;
        }

        return (slice, key, sets);
    }

    private byte[] SetsOf(ReadOnlySpan<byte> unit)
    {
        var bytes = new List<byte>();
        foreach (var nal in AnnexB.Split(unit))
        {
            if (NalUnit.KindOf(codec, nal) is NalKind.Vps or NalKind.Sps or NalKind.Pps)
            {
                bytes.AddRange([0, 0, 0, 1]);
                bytes.AddRange(nal);
            }
        }

        return [.. bytes];
    }
}
