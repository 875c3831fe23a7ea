namespace Rig.CameraNode.Encoding;

/// <summary>Reads the NAL units of a byte stream in Annex B form (ITU-T H.264 and H.265, Annex B).</summary>
internal static class AnnexB
{
    /// <summary>Finds the next start code 00 00 01.</summary>
    /// <returns>The index of its first zero, or -1.</returns>
    internal static int IndexOfStartCode(ReadOnlySpan<byte> stream) => stream.IndexOf([(byte)0, (byte)0, (byte)1]);

    /// <summary>The NAL units of one access unit, without start codes and the zeros between them.</summary>
    internal static NalUnits Split(ReadOnlySpan<byte> accessUnit) => new(accessUnit);

    internal ref struct NalUnits
    {
        private ReadOnlySpan<byte> rest;

        internal NalUnits(ReadOnlySpan<byte> stream)
        {
            var start = IndexOfStartCode(stream);
            rest = start < 0 ? default : stream[(start + 3)..];
            Current = default;
        }

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly NalUnits GetEnumerator() => this;

        public bool MoveNext()
        {
            while (!rest.IsEmpty)
            {
                var next = IndexOfStartCode(rest);
                var unit = next < 0 ? rest : rest[..next];
                rest = next < 0 ? default : rest[(next + 3)..];
                unit = unit.TrimEnd((byte)0);
                if (!unit.IsEmpty)
                {
                    Current = unit;
                    return true;
                }
            }

            return false;
        }
    }
}
