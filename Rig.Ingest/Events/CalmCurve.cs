namespace Rig.Ingest.Events;

/// <summary>
/// A smooth curve through weighted samples whose acceleration and speed keep within limits: values at even steps that minimise the
/// weighted squared distance from the samples plus squared second differences (Whittaker 1923);
/// where a limit is broken, bending there is made dearer until it is kept.
/// </summary>
internal static class CalmCurve
{
    private const int Rounds = 60;
    private const double Stiffer = 1.6;

    /// <param name="samples">One a step; a weight of 0 says nothing.</param>
    /// <param name="stepSeconds">Between samples.</param>
    /// <param name="smoothSeconds">About how long a movement takes at least.</param>
    /// <param name="accelerationMax">Units a second squared.</param>
    /// <param name="speedMax">Units a second.</param>
    public static double[] Through(IReadOnlyList<(double Value, double Weight)> samples, double stepSeconds, double smoothSeconds, double accelerationMax, double speedMax)
    {
        var n = samples.Count;
        var bend = Enumerable.Repeat(Math.Pow(smoothSeconds / stepSeconds, 4), Math.Max(0, n - 2)).ToArray();
        var stretch = new double[Math.Max(0, n - 1)];
        var values = Solve(samples, bend, stretch);
        for (var round = 0; round < Rounds && Stiffen(values, bend, stretch, accelerationMax * stepSeconds * stepSeconds, speedMax * stepSeconds); round++)
        {
            values = Solve(samples, bend, stretch);
        }

        return values;
    }

    /// <summary>Whether anything was over its limit.</summary>
    private static bool Stiffen(double[] values, double[] bend, double[] stretch, double bendMax, double stretchMax)
    {
        var over = false;
        var dearer = new bool[bend.Length];
        for (var i = 0; i < bend.Length; i++)
        {
            if (Math.Abs(values[i] - (2 * values[i + 1]) + values[i + 2]) > bendMax)
            {
                over = true;
                // The braking before and the starting after take part in it.
                for (var near = Math.Max(0, i - 2); near <= Math.Min(bend.Length - 1, i + 2); near++)
                {
                    dearer[near] = true;
                }
            }
        }

        for (var i = 0; i < bend.Length; i++)
        {
            bend[i] *= dearer[i] ? Stiffer : 1;
        }

        for (var i = 0; i < stretch.Length; i++)
        {
            if (Math.Abs(values[i + 1] - values[i]) > stretchMax)
            {
                over = true;
                stretch[i] = (stretch[i] * Stiffer) + 0.05;
            }
        }

        return over;
    }

    /// <summary>The normal equations have two diagonals on each side: one pass down, one up.</summary>
    private static double[] Solve(IReadOnlyList<(double Value, double Weight)> samples, double[] bend, double[] stretch)
    {
        const double Tiny = 1e-9;
        var n = samples.Count;
        var (main, first, second, right) = (new double[n], new double[n], new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            main[i] = samples[i].Weight + Tiny;
            right[i] = samples[i].Weight * samples[i].Value;
        }

        for (var i = 0; i < bend.Length; i++)
        {
            main[i] += bend[i];
            main[i + 1] += 4 * bend[i];
            main[i + 2] += bend[i];
            first[i] -= 2 * bend[i];
            first[i + 1] -= 2 * bend[i];
            second[i] += bend[i];
        }

        for (var i = 0; i < stretch.Length; i++)
        {
            main[i] += stretch[i];
            main[i + 1] += stretch[i];
            first[i] -= stretch[i];
        }

        for (var i = 0; i < n; i++)
        {
            if (i + 1 < n)
            {
                var factor = first[i] / main[i];
                main[i + 1] -= factor * first[i];
                right[i + 1] -= factor * right[i];
                first[i + 1] -= i + 2 < n ? factor * second[i] : 0;
            }

            if (i + 2 < n)
            {
                var factor = second[i] / main[i];
                main[i + 2] -= factor * second[i];
                right[i + 2] -= factor * right[i];
            }
        }

        var values = new double[n];
        for (var i = n - 1; i >= 0; i--)
        {
            values[i] = (right[i] - (i + 1 < n ? first[i] * values[i + 1] : 0) - (i + 2 < n ? second[i] * values[i + 2] : 0)) / main[i];
        }

        return values;
    }
}
