namespace Rig.Ingest.Detect.Learned;

/// <summary>For each sample of a shrunk row or column the source samples that it covers, and how much of each.</summary>
internal sealed class AxisWeights
{
    private readonly (int First, int Count, int At)[] spans;
    private readonly float[] weights;

    /// <param name="origin">Where the first output begins in the source, samples.</param>
    /// <param name="step">Source samples an output.</param>
    /// <param name="limit">Samples that the source has.</param>
    public AxisWeights(double origin, double step, int outputs, int limit)
    {
        spans = new (int, int, int)[outputs];
        var all = new List<float>();
        for (var index = 0; index < outputs; index++)
        {
            var (from, to) = (origin + (index * step), origin + ((index + 1) * step));
            var middle = (from + to) / 2;
            if (middle < 0 || middle >= limit)
            {
                continue;
            }

            (from, to) = (Math.Max(0, from), Math.Min(limit, to));
            var (first, last) = ((int)from, Math.Min(limit - 1, (int)Math.Ceiling(to) - 1));
            spans[index] = (first, last - first + 1, all.Count);
            for (var sample = first; sample <= last; sample++)
            {
                all.Add((float)((Math.Min(to, sample + 1) - Math.Max(from, sample)) / (to - from)));
            }
        }

        weights = [.. all];
        First = spans.Where(span => span.Count > 0).Select(span => span.First).DefaultIfEmpty(0).Min();
        End = spans.Where(span => span.Count > 0).Select(span => span.First + span.Count).DefaultIfEmpty(0).Max();
    }

    public int First { get; }

    /// <summary>One after the last sample that is used.</summary>
    public int End { get; }

    public int Outputs => spans.Length;

    /// <returns>Count 0 where the output lies outside of the source.</returns>
    public (int First, int Count) Span(int output) => (spans[output].First, spans[output].Count);

    public ReadOnlySpan<float> Weights(int output) => weights.AsSpan(spans[output].At, spans[output].Count);
}
