using System.Buffers;

namespace Rig.Ingest.Api;

internal static class SequenceSearch
{
    private const int MaxPatternLength = 128;

    /// <summary>Where <paramref name="pattern"/> first starts, also across segments; -1 when it is not there.</summary>
    /// <remarks>Inside a segment this is the vectorised search over a span; only the seams between segments are looked at apart.</remarks>
    public static long IndexOf(in ReadOnlySequence<byte> sequence, ReadOnlySpan<byte> pattern)
    {
        ArgumentOutOfRangeException.ThrowIfZero(pattern.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pattern.Length, MaxPatternLength);
        var overlap = pattern.Length - 1;
        Span<byte> seam = stackalloc byte[2 * MaxPatternLength];
        var carried = 0; // the last bytes before this segment, at the seam's start
        var before = 0L;
        foreach (var memory in sequence)
        {
            var segment = memory.Span;
            var head = segment[..Math.Min(overlap, segment.Length)];
            head.CopyTo(seam[carried..]);
            var joined = seam[..(carried + head.Length)];
            if (joined.IndexOf(pattern) is >= 0 and var across)
            {
                return before - carried + across;
            }

            if (segment.IndexOf(pattern) is >= 0 and var inside)
            {
                return before + inside;
            }

            var tail = segment.Length >= overlap ? segment[^overlap..] : joined[Math.Max(0, joined.Length - overlap)..];
            tail.CopyTo(seam);
            carried = tail.Length;
            before += segment.Length;
        }

        return -1;
    }
}
