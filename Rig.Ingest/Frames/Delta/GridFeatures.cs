namespace Rig.Ingest.Frames;

/// <summary>
/// What of a picture does not depend on the light: its luminance brought to one mean, each cell less its neighbourhood's mean and over
/// its neighbourhood's deviation (local contrast normalisation, as in Jarrett et al. 2009). A gain, an offset or a soft shadow changes little of it.
/// </summary>
internal sealed class GridFeatures
{
    private const int Radius = 6;
    private const float TargetMean = 110;
    private const float MaxGain = 3;

    /// <summary>Keeps sensor and compression noise of even surfaces small: noise of 1.5 becomes 0.3.</summary>
    private const float NoiseFloor = 4;

    public GridFeatures(LuminanceGrid grid)
    {
        const int width = LuminanceGrid.Width, height = LuminanceGrid.Height, stride = width + 1;
        var total = 0L;
        foreach (var value in grid.Values)
        {
            total += value;
        }

        var mean = (float)total / LuminanceGrid.Cells;
        var gain = Math.Clamp(TargetMean / Math.Max(1, mean), 1 / MaxGain, MaxGain);
        var (sums, squares) = (new double[stride * (height + 1)], new double[stride * (height + 1)]);
        for (var y = 0; y < height; y++)
        {
            double sum = 0, square = 0;
            for (var x = 0; x < width; x++)
            {
                var value = grid.Values[(y * width) + x] * gain;
                Luminance[(y * width) + x] = value;
                sum += value;
                square += value * value;
                var at = ((y + 1) * stride) + x + 1;
                sums[at] = sums[at - stride] + sum;
                squares[at] = squares[at - stride] + square;
            }
        }

        double texture = 0;
        for (var y = 0; y < height; y++)
        {
            var (top, bottom) = (Math.Max(0, y - Radius), Math.Min(height, y + Radius + 1));
            for (var x = 0; x < width; x++)
            {
                var (left, right) = (Math.Max(0, x - Radius), Math.Min(width, x + Radius + 1));
                var count = (bottom - top) * (right - left);
                var average = Box(sums, left, top, right, bottom) / count;
                var deviation = (float)Math.Sqrt(Math.Max(0, (Box(squares, left, top, right, bottom) / count) - (average * average)));
                var i = (y * width) + x;
                Normalised[i] = (Luminance[i] - (float)average) / (deviation + NoiseFloor);
                texture += deviation;
            }
        }

        Texture = texture / LuminanceGrid.Cells;

        static double Box(double[] integral, int left, int top, int right, int bottom) =>
            integral[(bottom * stride) + right] - integral[(top * stride) + right] - integral[(bottom * stride) + left] + integral[(top * stride) + left];
    }

    /// <summary>Brought to a mean of 110.</summary>
    public float[] Luminance { get; } = new float[LuminanceGrid.Cells];

    /// <summary>About -3 to 3; near 0 on even surfaces.</summary>
    public float[] Normalised { get; } = new float[LuminanceGrid.Cells];

    /// <summary>Mean deviation of the neighbourhoods; a covered lens has next to none.</summary>
    public double Texture { get; }
}
