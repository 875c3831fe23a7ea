namespace Rig.Ingest.Detect.Learned;

/// <summary>Tells the family of a network by the shapes of what it answers to an empty picture.</summary>
internal static class HeadRecognition
{
    private const int NanoDetBins = 8;

    /// <param name="width">Of the network's input, pixels.</param>
    /// <param name="named">How many classes the file names; 0 where it names none.</param>
    /// <exception cref="ModelException">No known family writes such outputs.</exception>
    public static IModelHead Of(int width, int height, IReadOnlyList<ModelOutput> outputs, int named)
    {
        var rows = Enumerable.Range(0, outputs.Count).Where(index => outputs[index].Shape is [1, > 0, > 0]).ToList();
        var head = (rows.Count == 1 ? Single(width, height, outputs, rows[0], named) : NanoDet(width, height, outputs, rows)) ?? throw new ModelException(
            $"Its outputs ({string.Join(", ", outputs.Take(8))} for {width}x{height} pixels) are those of no known detector; take YOLOX, NanoDet, YOLOv5, YOLOv8 or v11, or an end-to-end head [1, boxes, 6].");
        Check(head, outputs, rows);
        return head;
    }

    private static IModelHead? Single(int width, int height, IReadOnlyList<ModelOutput> outputs, int at, int named)
    {
        var (rows, columns) = (outputs[at].Shape[1], outputs[at].Shape[2]);
        var cells = Grids.Cells(width, height, Grids.Three);
        return rows == cells && columns > 5 ? new YoloxHead(width, height, at, columns - 5, YoloxHead.IsDecoded(outputs[at].Values, columns))
            : rows == 3 * cells && columns > 5 ? new YoloV5Head(at, rows, columns - 5)
            : rows == Grids.Cells(width, height, Grids.Four) && columns > 4 * NanoDetBins ? Plus(width, height, outputs, at, columns)
            // Behind the classes there may be key points or masks.
            : columns == cells && rows > 4 ? new YoloV8Head(at, columns, named > 0 && named <= rows - 4 ? named : rows - 4)
            : columns == 6 && rows <= 1000 ? new EndToEndHead(at, rows)
            : null;
    }

    private static NanoDetHead Plus(int width, int height, IReadOnlyList<ModelOutput> outputs, int at, int columns)
    {
        var (levels, row, classes) = (new List<NanoDetHead.Level>(), 0, columns - (4 * NanoDetBins));
        foreach (var stride in Grids.Four)
        {
            levels.Add(new NanoDetHead.Level(stride, row, at, columns, at, columns, classes));
            row += Grids.Cells(width, height, stride);
        }

        return new NanoDetHead(width, height, levels, classes, NanoDetBins, false);
    }

    /// <summary>A pair of outputs a stride.</summary>
    private static NanoDetHead? NanoDet(int width, int height, IReadOnlyList<ModelOutput> outputs, List<int> candidates)
    {
        var levels = new List<NanoDetHead.Level>();
        foreach (var stride in Grids.Four)
        {
            if (candidates.Where(index => outputs[index].Shape[1] == Grids.Cells(width, height, stride)).ToList() is not [var one, var other])
            {
                continue;
            }

            var (scores, distances) = IsDistances(outputs[one]) && !IsDistances(outputs[other]) ? (other, one) : (one, other);
            levels.Add(new NanoDetHead.Level(stride, 0, scores, outputs[scores].Shape[2], distances, outputs[distances].Shape[2], 0));
        }

        return levels.Count >= 3 && levels.TrueForAll(level => level.ScoreColumns == levels[0].ScoreColumns && level.DistanceColumns == levels[0].DistanceColumns && level.DistanceColumns % 4 == 0)
            ? new NanoDetHead(width, height, levels, levels[0].ScoreColumns, levels[0].DistanceColumns / 4, levels.Exists(level => outputs[level.Scores].Values.Any(value => value < 0)))
            : null;
    }

    private static bool IsDistances(ModelOutput output) =>
        output.Name.Contains("dis", StringComparison.OrdinalIgnoreCase) || output.Name.Contains("reg", StringComparison.OrdinalIgnoreCase) || output.Name.Contains("box", StringComparison.OrdinalIgnoreCase)
        || (output.Shape[2] == 4 * NanoDetBins && !output.Name.Contains("cls", StringComparison.OrdinalIgnoreCase));

    /// <summary>Scores that are none would make boxes of everything, or of nothing.</summary>
    private static void Check(IModelHead head, IReadOnlyList<ModelOutput> outputs, List<int> rows)
    {
        const float Rounding = 0.01f;
        if (rows.Exists(index => outputs[index].Values.Any(value => !float.IsFinite(value))))
        {
            throw new ModelException("Its answer to an empty picture is not finite.");
        }

        var (values, columns) = (outputs[rows[0]].Values, outputs[rows[0]].Shape[2]);
        var scores = head switch
        {
            YoloxHead or YoloV5Head => values.Where((_, index) => index % columns >= 4),
            YoloV8Head => values.Skip(4 * columns).Take((head.Classes ?? 0) * columns),
            EndToEndHead => values.Where((_, index) => index % columns == 4),
            _ => [],
        };
        if (scores.Any(score => score is < -Rounding or > 1 + Rounding))
        {
            throw new ModelException($"Its scores, read as {head.Format}, are not between 0 and 1; export it together with its sigmoid.");
        }
    }
}
