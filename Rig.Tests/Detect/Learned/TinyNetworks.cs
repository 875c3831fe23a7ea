namespace Rig.Tests.Detect.Learned;

/// <summary>
/// Networks for pictures of 64x64 that take a red cell of 8x8 pixels for a person and a blue one for a ball, each with a box of 12x24 about the
/// cell's centre, in the output format of a family.
/// </summary>
internal static class TinyNetworks
{
    public const int Side = 64;
    public const double BoxWidth = 12;
    public const double BoxHeight = 24;
    private const int Cells = 64;
    private const int Coarse = 20;
    private const string Names = "{0: 'person', 1: 'ball'}";

    public static byte[] Of(string family) => family switch
    {
        "YOLOX" => Yolox(),
        "YOLOX decoded" => Yolox(decoded: true),
        "YOLOv5" => YoloV5(),
        "YOLOv8" => YoloV8(),
        "end-to-end" => EndToEnd(),
        "NanoDet" => NanoDet(),
        "NanoDet-Plus" => NanoDetPlus(),
        _ => throw new ArgumentException(family, nameof(family)),
    };

    public static byte[] Yolox(bool decoded = false, bool named = true)
    {
        var boxes = decoded ? Boxes(Cells + Coarse) : Constants(4, Cells + Coarse, (row, cell) => row < 2 ? 0.5f : (float)Math.Log((row == 2 ? BoxWidth : BoxHeight) / 8));
        var file = Scores(redFirst: false, perByte: 1)
            .Constant("boxes", [1, 4, Cells + Coarse], boxes).Constant("sure", [1, 1, Cells + Coarse], Ones(Cells + Coarse))
            .Node("Concat", ["boxes", "sure", "all"], "columns", ("axis", 1L))
            .Node("Transpose", ["columns"], "output", ("perm", (long[])[0, 2, 1]))
            .Output("output", 1, Cells + Coarse, 7);
        return (named ? file.Metadata("names", Names) : file).ToBytes();
    }

    private static byte[] YoloV5() => Scores(redFirst: true, perByte: 255)
        .Constant("boxes", [1, 4, 3 * (Cells + Coarse)], [.. Rows(Boxes(Cells + Coarse), 4).SelectMany(row => row.Concat(row).Concat(row))])
        .Constant("sure", [1, 1, 3 * (Cells + Coarse)], Ones(3 * (Cells + Coarse)))
        .Node("Concat", ["all", "all", "all"], "thrice", ("axis", 2L))
        .Node("Concat", ["boxes", "sure", "thrice"], "columns", ("axis", 1L))
        .Node("Transpose", ["columns"], "output", ("perm", (long[])[0, 2, 1]))
        .Output("output", 1, 3 * (Cells + Coarse), 7).Metadata("names", Names).ToBytes();

    private static byte[] YoloV8() => Scores(redFirst: true, perByte: 255)
        .Constant("boxes", [1, 4, Cells + Coarse], Boxes(Cells + Coarse))
        .Node("Concat", ["boxes", "all"], "output", ("axis", 1L))
        .Output("output", 1, 6, Cells + Coarse).Metadata("names", Names).ToBytes();

    /// <summary>Each cell is told twice, as a person and as a ball; the score says which it is.</summary>
    private static byte[] EndToEnd()
    {
        var corners = Corners();
        return Scores(redFirst: true, perByte: 255)
            .Constant("boxes", [1, 4, 2 * Cells], [.. Rows(corners, 4).SelectMany(row => row.Concat(row))])
            .Constant("kinds", [1, 1, 2 * Cells], [.. Enumerable.Range(0, 2 * Cells).Select(index => index < Cells ? 0f : 1f)])
            .Shape("inOneRow", 1, 1, 2 * Cells)
            .Node("Reshape", ["fine", "inOneRow"], "scores")
            .Node("Concat", ["boxes", "scores", "kinds"], "columns", ("axis", 1L))
            .Node("Transpose", ["columns"], "output", ("perm", (long[])[0, 2, 1]))
            .Output("output", 1, 2 * Cells, 6).Metadata("names", Names).ToBytes();
    }

    private static byte[] NanoDet()
    {
        var file = Scores(redFirst: false, perByte: 57);
        file.Node("Transpose", ["fine"], "cls_pred_stride_8", ("perm", (long[])[0, 2, 1])).Output("cls_pred_stride_8", 1, Cells, 2);
        file.Constant("far_8", [1, Cells, 32], Distances(Cells)).Node("Identity", ["far_8"], "dis_pred_stride_8").Output("dis_pred_stride_8", 1, Cells, 32);
        foreach (var (stride, cells) in new[] { (16, 16), (32, 4) })
        {
            file.Constant($"none_{stride}", [1, cells, 2], new float[cells * 2]).Node("Identity", [$"none_{stride}"], $"cls_pred_stride_{stride}").Output($"cls_pred_stride_{stride}", 1, cells, 2);
            file.Constant($"far_{stride}", [1, cells, 32], Distances(cells)).Node("Identity", [$"far_{stride}"], $"dis_pred_stride_{stride}").Output($"dis_pred_stride_{stride}", 1, cells, 32);
        }

        return file.Metadata("names", Names).ToBytes();
    }

    private static byte[] NanoDetPlus() => Scores(redFirst: false, perByte: 57)
        .Constant("last", [1, 2, 1], [0, 0]).Node("Concat", ["all", "last"], "scores", ("axis", 2L))
        .Node("Transpose", ["scores"], "first", ("perm", (long[])[0, 2, 1]))
        .Constant("far", [1, Cells + Coarse + 1, 32], Distances(Cells + Coarse + 1))
        .Node("Concat", ["first", "far"], "output", ("axis", 2L))
        .Output("output", 1, Cells + Coarse + 1, 34).Metadata("names", Names).ToBytes();

    /// <summary>Up to <c>fine</c> [1, 2, 64], each cell's redness and blueness as a score, and <c>all</c> [1, 2, 84] with nothing in the coarse grids.</summary>
    /// <param name="perByte">Bytes that a step of 1 of the network's input stands for.</param>
    private static OnnxFile Scores(bool redFirst, float perByte)
    {
        var (red, blue) = redFirst ? (0, 2) : (2, 0);
        var weights = new float[2 * 3 * 64];
        for (var at = 0; at < 64; at++)
        {
            const float Steep = 0.1f;
            foreach (var (output, colour) in new[] { (0, red), (1, blue) })
            {
                weights[(((output * 3) + colour) * 64) + at] = Steep * perByte / 64;
                weights[(((output * 3) + 1) * 64) + at] = -Steep * perByte / 64;
            }
        }

        return new OnnxFile().Input("images", 1, 3, Side, Side)
            .Constant("weights", [2, 3, 8, 8], weights).Constant("bias", [2], [-6, -6])
            .Node("Conv", ["images", "weights", "bias"], "grid", ("kernel_shape", (long[])[8, 8]), ("strides", (long[])[8, 8]))
            .Node("Sigmoid", ["grid"], "likely")
            .Shape("flat", 1, 2, Cells).Node("Reshape", ["likely", "flat"], "fine")
            .Constant("coarse", [1, 2, Coarse], new float[2 * Coarse]).Node("Concat", ["fine", "coarse"], "all", ("axis", 2L));
    }

    /// <summary>Centre and size in pixels, a row each.</summary>
    private static float[] Boxes(int cells) => Constants(4, cells, (row, cell) => row switch
    {
        0 => ((cell % 8) * 8) + 4,
        1 => ((cell / 8 % 8) * 8) + 4,
        2 => (float)BoxWidth,
        _ => (float)BoxHeight,
    });

    private static float[] Corners() => Constants(4, Cells, (row, cell) => (row % 2 == 0 ? ((cell % 8) * 8) + 4 : ((cell / 8) * 8) + 4) + ((row < 2 ? -1 : 1) * (float)(row % 2 == 0 ? BoxWidth : BoxHeight) / 2));

    /// <summary>Of stride 8: 0.75 cells to the sides, 1.5 up and down, as a mixture of two bins.</summary>
    private static float[] Distances(int cells)
    {
        var row = new float[32];
        Array.Fill(row, -30);
        foreach (var side in new[] { 0, 2 })
        {
            (row[side * 8], row[(side * 8) + 1]) = (MathF.Log(0.25f), MathF.Log(0.75f));
            (row[((side + 1) * 8) + 1], row[((side + 1) * 8) + 2]) = (MathF.Log(0.5f), MathF.Log(0.5f));
        }

        return [.. Enumerable.Repeat(row, cells).SelectMany(values => values)];
    }

    private static float[] Constants(int rows, int columns, Func<int, int, float> value) =>
        [.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, columns).Select(column => value(row, column)))];

    private static IEnumerable<float[]> Rows(float[] values, int rows) => values.Chunk(values.Length / rows);

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
}
