namespace Rig.Ingest.Detect.Learned;

/// <summary>
/// NanoDet: for each stride the classes' scores [1, cells, classes] and the distances from the cell's centre to the box's left, top, right and bottom
/// edge [1, cells, 4 * bins], each a distribution over 0 to bins - 1 strides; NanoDet-Plus has both side by side in one output.
/// </summary>
internal sealed class NanoDetHead(int width, int height, IReadOnlyList<NanoDetHead.Level> levels, int classes, int bins, bool logits) : IModelHead
{
    /// <summary>Where one stride's rows lie.</summary>
    /// <param name="FirstRow">Of this stride, in both outputs.</param>
    /// <param name="ScoreColumns">Columns of the output that holds the scores.</param>
    /// <param name="FirstDistance">Column at which the distances begin.</param>
    internal readonly record struct Level(int Stride, int FirstRow, int Scores, int ScoreColumns, int Distances, int DistanceColumns, int FirstDistance);

    public string Format => "NanoDet";

    public int? Classes => classes;

    public PixelForm Pixels => PixelForm.BgrImageNet;

    public void Decode(IReadOnlyList<ModelOutput> outputs, ClassMap map, List<LearnedBox> found)
    {
        var scores = new float[classes];
        foreach (var level in levels)
        {
            foreach (var (index, x, y, stride) in Grids.Walk(width, height, [level.Stride]))
            {
                outputs[level.Scores].Values.AsSpan((level.FirstRow + index) * level.ScoreColumns, classes).CopyTo(scores);
                if (logits)
                {
                    for (var at = 0; at < classes; at++)
                    {
                        scores[at] = 1 / (1 + MathF.Exp(-scores[at]));
                    }
                }

                if (map.Best(scores, 0, 1, 1) is not var (kind, score))
                {
                    continue;
                }

                var row = outputs[level.Distances].Values.AsSpan(((level.FirstRow + index) * level.DistanceColumns) + level.FirstDistance, 4 * bins);
                var (u, v) = ((x + 0.5) * stride, (y + 0.5) * stride);
                found.Add(new LearnedBox(
                    kind,
                    Math.Max(0, u - (Mean(row[..bins]) * stride)),
                    Math.Max(0, v - (Mean(row[bins..(2 * bins)]) * stride)),
                    Math.Min(width, u + (Mean(row[(2 * bins)..(3 * bins)]) * stride)),
                    Math.Min(height, v + (Mean(row[(3 * bins)..]) * stride)),
                    score));
            }
        }
    }

    /// <summary>Of the distribution that a softmax makes of these values.</summary>
    private static double Mean(ReadOnlySpan<float> values)
    {
        var (sum, weighted, largest) = (0.0, 0.0, float.MinValue);
        foreach (var value in values)
        {
            largest = Math.Max(largest, value);
        }

        for (var at = 0; at < values.Length; at++)
        {
            var weight = Math.Exp(values[at] - largest);
            (sum, weighted) = (sum + weight, weighted + (weight * at));
        }

        return weighted / sum;
    }
}
