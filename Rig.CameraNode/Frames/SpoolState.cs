using System.Collections.Immutable;

namespace Rig.CameraNode.Frames;

/// <summary>Which pictures wait on disk, and the count of them. Pure; what it says to do is done by <see cref="FrameSpool"/>.</summary>
/// <param name="NextSeq">Of the next picture that is written. A number is used by a picture that is on disk, or was, and by no other ever.</param>
internal sealed record SpoolState(ImmutableSortedDictionary<long, SpoolEntry> Entries, long NextSeq, long SizeBytes)
{
    /// <param name="counted">What the count's file says; 0 where there is none.</param>
    public static SpoolState Recover(IEnumerable<SpoolEntry> found, long counted)
    {
        var entries = found.ToImmutableSortedDictionary(entry => entry.Seq, entry => entry);
        return new SpoolState(entries, Math.Max(counted, entries.IsEmpty ? 0 : entries.Keys.Last() + 1), entries.Values.Sum(entry => entry.SizeBytes));
    }

    public SpoolEntry? Oldest => Entries.IsEmpty ? null : Entries.Values.First();

    public SpoolState With(SpoolEntry entry) => this with
    {
        Entries = Entries.SetItem(entry.Seq, entry),
        NextSeq = Math.Max(NextSeq, entry.Seq + 1),
        SizeBytes = SizeBytes + entry.SizeBytes - (Entries.TryGetValue(entry.Seq, out var old) ? old.SizeBytes : 0),
    };

    public SpoolState Without(long seq) => Entries.TryGetValue(seq, out var entry) ? this with { Entries = Entries.Remove(seq), SizeBytes = SizeBytes - entry.SizeBytes } : this;

    /// <summary>The server has pictures up to this number: one that is forgotten here is not given again.</summary>
    public SpoolState After(long lastSeq) => lastSeq >= NextSeq ? this with { NextSeq = lastSeq + 1 } : this;

    /// <summary>Which to drop so that as many bytes more fit: the oldest of the baseline, then the oldest of bursts.</summary>
    /// <param name="inHand">The picture that is being sent stays.</param>
    public IReadOnlyList<SpoolEntry> ToDrop(long bytes, long maxBytes, long? inHand)
    {
        var (dropped, size) = (new List<SpoolEntry>(), SizeBytes);
        foreach (var entry in Entries.Values.Where(entry => entry.Seq != inHand).OrderBy(entry => entry.IsBurst).ThenBy(entry => entry.Seq))
        {
            if (size + bytes <= maxBytes)
            {
                break;
            }

            dropped.Add(entry);
            size -= entry.SizeBytes;
        }

        return dropped;
    }
}
