namespace Rig.Ingest.Stitch.Align;

/// <summary>
/// Correlates what moves in two neighbours' overlaps, by shift in time and, within bands of rows, by shift sideways: the cameras'
/// centres are apart, so somebody near stands in another cell for each, by an amount that depends on how far down the picture he is.
/// </summary>
internal sealed class MovementAgreement
{
    private const int Bands = 12;
    private const int AsideMax = 6;
    private const int Asides = (2 * AsideMax) + 1;

    private readonly int columns;
    private readonly int rows;
    private readonly int lags;
    private readonly double[,,] product;
    private readonly double[,,] leftEnergy;
    private readonly double[,,] rightEnergy;

    /// <param name="lags">Largest shift either way, in time steps.</param>
    public MovementAgreement(int columns, int rows, int lags)
    {
        (this.columns, this.rows, this.lags) = (columns, rows, lags);
        product = new double[Bands, Asides, (2 * lags) + 1];
        leftEnergy = new double[Bands, Asides, (2 * lags) + 1];
        rightEnergy = new double[Bands, Asides, (2 * lags) + 1];
    }

    /// <summary>Takes in one window: for each cell its movement over time, or null where nothing moves.</summary>
    public void Add(float[]?[] left, float[]?[] right)
    {
        Parallel.For(0, Bands, band =>
        {
            for (var row = band * rows / Bands; row < (band + 1) * rows / Bands; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    if (left[(row * columns) + column] is { } a)
                    {
                        for (var aside = Math.Max(-AsideMax, -column); aside <= Math.Min(AsideMax, columns - 1 - column); aside++)
                        {
                            if (right[(row * columns) + column + aside] is { } b)
                            {
                                AddPair(band, aside + AsideMax, a, b);
                            }
                        }
                    }
                }
            }
        });
    }

    /// <summary>The time shift of the right camera in steps, to a part of one by a parabola, and how well the two agree there.</summary>
    public (double Lag, double Confidence) Best()
    {
        var best = (Score: double.NegativeInfinity, Lag: 0, Aside: new int[Bands]);
        for (var lag = 0; lag <= 2 * lags; lag++)
        {
            var (score, asides) = (0.0, new int[Bands]);
            for (var band = 0; band < Bands; band++)
            {
                asides[band] = Enumerable.Range(0, Asides).MaxBy(aside => product[band, aside, lag]);
                score += product[band, asides[band], lag];
            }

            if (score > best.Score)
            {
                best = (score, lag, asides);
            }
        }

        // A peak at the end of the range is a slope, not a peak.
        if (best.Lag == 0 || best.Lag == 2 * lags)
        {
            return (0, 0);
        }

        var (before, peak, after) = (Correlation(best.Aside, best.Lag - 1), Correlation(best.Aside, best.Lag), Correlation(best.Aside, best.Lag + 1));
        var curvature = before - (2 * peak) + after;
        var part = curvature < 0 ? Math.Clamp(0.5 * (before - after) / curvature, -0.5, 0.5) : 0;
        return (best.Lag - lags + part, Math.Clamp(peak, 0, 1));
    }

    private double Correlation(int[] asides, int lag)
    {
        double ab = 0, aa = 0, bb = 0;
        for (var band = 0; band < Bands; band++)
        {
            ab += product[band, asides[band], lag];
            aa += leftEnergy[band, asides[band], lag];
            bb += rightEnergy[band, asides[band], lag];
        }

        return ab / Math.Sqrt(Math.Max(1e-9, aa * bb));
    }

    private void AddPair(int band, int aside, float[] a, float[] b)
    {
        for (var lag = -lags; lag <= lags; lag++)
        {
            float ab = 0, aa = 0, bb = 0;
            for (var t = Math.Max(0, -lag); t < Math.Min(a.Length, b.Length - lag); t++)
            {
                ab += a[t] * b[t + lag];
                aa += a[t] * a[t];
                bb += b[t + lag] * b[t + lag];
            }

            product[band, aside, lag + lags] += ab;
            leftEnergy[band, aside, lag + lags] += aa;
            rightEnergy[band, aside, lag + lags] += bb;
        }
    }
}
