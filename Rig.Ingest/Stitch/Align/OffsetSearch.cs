using System.Numerics;
using System.Runtime.InteropServices;

namespace Rig.Ingest.Stitch.Align;

/// <summary>What something does over time, in several places at once.</summary>
/// <param name="StartSeconds">On the session's clock as it is claimed.</param>
/// <param name="Channels">Of one length; each is freed of its mean where it is known, and 0 where nothing is.</param>
internal sealed record Trace(double StartSeconds, double StepSeconds, float[][] Channels)
{
    public int Length => Channels.Length == 0 ? 0 : Channels[0].Length;
}

/// <param name="Seconds">To be added to the second trace's times.</param>
/// <param name="Distinctness">How many standard deviations of all shifts' agreements it lies above their mean.</param>
internal readonly record struct OffsetCandidate(double Seconds, double Agreement, double Distinctness);

/// <summary>Finds by how much two clocks are apart, over every shift that lets two traces overlap; coarse, to be refined where it points to.</summary>
internal static class OffsetSearch
{
    /// <summary>Two traces must have this share of the shorter one in common, and these seconds.</summary>
    private const double OverlapShareMin = 0.25;
    private const double OverlapSecondsMin = 6;

    /// <summary>Shifts nearer than this to a better one are its slope.</summary>
    private const double ApartSeconds = 2;

    /// <param name="a">Its times stand.</param>
    /// <param name="b">Of the same step, and the same places.</param>
    /// <param name="most">How many are wanted, best first.</param>
    public static IReadOnlyList<OffsetCandidate> Candidates(Trace a, Trace b, int most, CancellationToken cancellationToken)
    {
        var step = a.StepSeconds;
        var least = (int)Math.Ceiling(Math.Max(OverlapSecondsMin / step, OverlapShareMin * Math.Min(a.Length, b.Length)));
        var (first, last) = (least - a.Length, b.Length - least);
        if (least < 2 || last < first)
        {
            return [];
        }

        var (energyA, energyB) = (EnergyBefore(a), EnergyBefore(b));
        var agreements = new double[last - first + 1];
        Parallel.For(0, agreements.Length, new ParallelOptions { CancellationToken = cancellationToken }, index =>
        {
            var shift = first + index;
            var from = Math.Max(0, -shift);
            var count = Math.Min(a.Length, b.Length - shift) - from;
            var product = 0.0;
            for (var channel = 0; channel < a.Channels.Length; channel++)
            {
                product += Dot(a.Channels[channel].AsSpan(from, count), b.Channels[channel].AsSpan(from + shift, count));
            }

            var energies = (energyA[from + count] - energyA[from]) * (energyB[from + shift + count] - energyB[from + shift]);
            agreements[index] = energies > 0 ? product / Math.Sqrt(energies) : 0;
        });

        var mean = agreements.Average();
        var deviation = Math.Sqrt(agreements.Average(each => (each - mean) * (each - mean)));
        var chosen = new List<OffsetCandidate>();
        foreach (var index in Enumerable.Range(0, agreements.Length).OrderByDescending(index => agreements[index]))
        {
            // b shows at t + shift what a shows at t.
            var seconds = a.StartSeconds - b.StartSeconds - ((first + index) * step);
            if (chosen.All(other => Math.Abs(other.Seconds - seconds) > Math.Max(ApartSeconds, 2 * step)))
            {
                chosen.Add(new OffsetCandidate(seconds, agreements[index], deviation > 0 ? (agreements[index] - mean) / deviation : 0));
            }

            if (chosen.Count == most)
            {
                break;
            }
        }

        return chosen;
    }

    /// <summary>Of all places together, of the steps before each.</summary>
    private static double[] EnergyBefore(Trace trace)
    {
        var sums = new double[trace.Length + 1];
        for (var t = 0; t < trace.Length; t++)
        {
            var sum = 0.0;
            foreach (var channel in trace.Channels)
            {
                sum += channel[t] * channel[t];
            }

            sums[t + 1] = sums[t] + sum;
        }

        return sums;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var va = MemoryMarshal.Cast<float, Vector<float>>(a);
        var vb = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sum = Vector<float>.Zero;
        for (var i = 0; i < va.Length; i++)
        {
            sum += va[i] * vb[i];
        }

        var total = (double)Vector.Sum(sum);
        for (var i = va.Length * Vector<float>.Count; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }

        return total;
    }
}
