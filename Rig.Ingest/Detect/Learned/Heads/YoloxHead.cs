namespace Rig.Ingest.Detect.Learned;

/// <summary>
/// YOLOX: [1, cells, 5 + classes], a row a cell of the grids of strides 8, 16 and 32. Centre and size are the cell's own, as exported
/// by default, or already pixels (<c>--decode_in_inference</c>).
/// </summary>
internal sealed class YoloxHead(int width, int height, int output, int classes, bool decoded) : IModelHead
{
    private readonly (int Index, int X, int Y, int Stride)[] cells = [.. Grids.Walk(width, height, Grids.Three)];

    public string Format => "YOLOX";

    public int? Classes => classes;

    public PixelForm Pixels => PixelForm.BgrBytes;

    public void Decode(IReadOnlyList<ModelOutput> outputs, ClassMap map, List<LearnedBox> found)
    {
        var columns = 5 + classes;
        foreach (var (index, x, y, stride) in cells)
        {
            var row = outputs[output].Values.AsSpan(index * columns, columns);
            if (row[4] >= ClassMap.BallScoreMin && map.Best(row, 5, 1, row[4]) is var (kind, score))
            {
                found.Add(decoded
                    ? Boxes.Centred(kind, row[0], row[1], row[2], row[3], score)
                    : Boxes.Centred(kind, (row[0] + x) * stride, (row[1] + y) * stride, Math.Exp(row[2]) * stride, Math.Exp(row[3]) * stride, score));
            }
        }
    }

    /// <summary>Whether an answer to an empty picture is in pixels: a cell's own centre is near 0, pixels grow to the picture's width.</summary>
    public static bool IsDecoded(ReadOnlySpan<float> values, int columns)
    {
        const float BeyondAnyCell = 8;
        var far = 0;
        for (var at = 0; at < values.Length; at += columns)
        {
            far += Math.Abs(values[at]) > BeyondAnyCell ? 1 : 0;
        }

        return far > values.Length / columns / 2;
    }
}
