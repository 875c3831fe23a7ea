namespace Rig.Ingest.Detect.Learned;

/// <summary>Shrinks a tile of a picture to a network's input by averaging areas, and gives it the network's colours.</summary>
internal sealed class AreaSampler(int width, int height, PixelForm form)
{
    /// <summary>What stands where the picture has nothing: the grey that detectors are trained with.</summary>
    public const float Missing = 114;

    /// <summary>Source pixels that one pixel of the input stands for.</summary>
    public double StepOf(Tile tile) => Math.Max((double)tile.Width / width, (double)tile.Height / height);

    /// <param name="pixels">Filled: three planes of the input's size.</param>
    public void Fill(YuvPicture picture, Tile tile, float[] pixels)
    {
        var size = width * height;
        var step = StepOf(tile);
        // The tile may be narrower than the input: what is missing at its right and lower end stays grey.
        var (right, bottom) = (Math.Min(picture.Width, tile.Right), Math.Min(picture.Height, tile.Bottom));
        var planes = new float[3 * size];
        Shrink(picture.Y, picture.Width, new AxisWeights(tile.Left, step, width, right), new AxisWeights(tile.Top, step, height, bottom), planes.AsSpan(0, size));
        var columns = new AxisWeights(tile.Left / 2.0, step / 2, width, (right + 1) / 2);
        var rows = new AxisWeights(tile.Top / 2.0, step / 2, height, (bottom + 1) / 2);
        Shrink(picture.U, picture.Width / 2, columns, rows, planes.AsSpan(size, size));
        Shrink(picture.V, picture.Width / 2, columns, rows, planes.AsSpan(2 * size, size));
        ToColours(planes, pixels, size, picture.IsHd);
    }

    private static void Shrink(ReadOnlySpan<byte> plane, int stride, AxisWeights columns, AxisWeights rows, Span<float> into)
    {
        var line = new float[Math.Max(1, columns.End - columns.First)];
        for (var y = 0; y < rows.Outputs; y++)
        {
            var target = into.Slice(y * columns.Outputs, columns.Outputs);
            var (first, count) = rows.Span(y);
            if (count == 0)
            {
                target.Fill(-1);
                continue;
            }

            Array.Clear(line);
            var shares = rows.Weights(y);
            for (var row = 0; row < count; row++)
            {
                var source = plane.Slice(((first + row) * stride) + columns.First, columns.End - columns.First);
                var share = shares[row];
                for (var x = 0; x < source.Length; x++)
                {
                    line[x] += source[x] * share;
                }
            }

            for (var x = 0; x < target.Length; x++)
            {
                var (from, samples) = columns.Span(x);
                var weights = columns.Weights(x);
                var sum = samples == 0 ? -1 : 0f;
                for (var sample = 0; sample < samples; sample++)
                {
                    sum += line[from - columns.First + sample] * weights[sample];
                }

                target[x] = sum;
            }
        }
    }

    private void ToColours(float[] planes, float[] pixels, int size, bool hd)
    {
        var (redV, greenU, greenV, blueU) = hd ? (1.793f, -0.213f, -0.533f, 2.112f) : (1.596f, -0.392f, -0.813f, 2.017f);
        var (red, blue) = form.RedFirst ? (0, 2 * size) : (2 * size, 0);
        for (var at = 0; at < size; at++)
        {
            var (y, u, v) = ((planes[at] - 16) * 1.164f, planes[size + at] - 128, planes[(2 * size) + at] - 128);
            var missing = planes[at] < 0 || planes[size + at] < 0;
            pixels[blue + at] = Value(missing ? Missing : y + (blueU * u), 0);
            pixels[size + at] = Value(missing ? Missing : y + (greenU * u) + (greenV * v), 1);
            pixels[red + at] = Value(missing ? Missing : y + (redV * v), 2);
        }
    }

    private float Value(float colour, int channel) => (Math.Clamp(colour, 0, 255) - form.MeanBgr[channel]) * form.FactorBgr[channel];
}
