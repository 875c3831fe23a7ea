using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Storage.Mp4;

/// <summary>
/// Gathers encoded frames and writes them as one fragment, moof and mdat (ISO/IEC 14496-12, section 8.8), and a
/// <see cref="FragmentSeal"/> that shows whether all of it reached the disk. A fragment may begin with any frame. Each frame's
/// decode time is its own instant; the gap after a fragment's last frame shows as the next one's tfdt.
/// </summary>
internal sealed class FragmentBuilder(ParameterSets parameters, long firstFrameNs, long frameDurationNs)
{
    /// <summary>Flags of a sample that depends on others, and of one that does not (section 8.8.3.1).</summary>
    internal const uint DeltaSample = 0x0101_0000;
    internal const uint KeySample = 0x0200_0000;

    private readonly BoxWriter media = new();
    private readonly List<Sample> samples = [];
    private uint sequence;

    internal int Count => samples.Count;

    /// <summary>From the first gathered frame's start to the last one's end.</summary>
    internal long SpanNs => samples.Count == 0 ? 0 : samples[^1].MonotonicNs + frameDurationNs - samples[0].MonotonicNs;

    internal IReadOnlyList<Sample> Samples => samples;

    internal void Add(in EncodedFrame frame)
    {
        var before = media.Length;
        foreach (var unit in AnnexB.Split(frame.Data.Span))
        {
            var kind = NalUnit.KindOf(parameters.Codec, unit);
            if (kind != NalKind.Delimiter && !parameters.Contains(kind, unit))
            {
                media.U32((uint)unit.Length);
                media.Bytes(unit);
            }
        }

        samples.Add(new Sample(frame.Number, frame.MonotonicNs, frame.WallNs, media.Length - before, frame.IsKey));
    }

    /// <summary>Writes what was gathered as the next fragment and begins again.</summary>
    internal void WriteTo(BoxWriter w)
    {
        var moof = w.Length;
        var dataOffsetAt = 0;
        using (w.Begin("moof"))
        {
            using (w.BeginFull("mfhd", 0, 0))
            {
                w.U32(++sequence);
            }

            using (w.Begin("traf"))
            {
                using (w.BeginFull("tfhd", 0, 0x02_0000)) // offsets count from the moof
                {
                    w.U32(Mp4Header.TrackId);
                }

                using (w.BeginFull("tfdt", 1, 0))
                {
                    w.U64((ulong)Ticks(samples[0].MonotonicNs));
                }

                using (w.BeginFull("trun", 0, 0x01 | 0x100 | 0x200 | 0x400))
                {
                    w.U32((uint)samples.Count);
                    dataOffsetAt = w.Length;
                    w.U32(0);
                    for (var i = 0; i < samples.Count; i++)
                    {
                        var end = i + 1 < samples.Count ? samples[i + 1].MonotonicNs : samples[i].MonotonicNs + frameDurationNs;
                        w.U32((uint)(Ticks(end) - Ticks(samples[i].MonotonicNs)));
                        w.U32((uint)samples[i].SizeBytes);
                        w.U32(samples[i].IsKey ? KeySample : DeltaSample);
                    }
                }
            }
        }

        w.PatchU32(dataOffsetAt, (uint)(w.Length - moof + 8));
        using (w.Begin("mdat"))
        {
            w.Bytes(media.Written);
        }

        FragmentSeal.Write(w, moof);
        media.Clear();
        samples.Clear();
    }

    private long Ticks(long monotonicNs) => (long)Math.Round((monotonicNs - firstFrameNs) * (Mp4Header.Timescale / 1e9));

    internal readonly record struct Sample(long Number, long MonotonicNs, long WallNs, int SizeBytes, bool IsKey);
}
