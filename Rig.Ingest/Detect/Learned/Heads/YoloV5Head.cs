namespace Rig.Ingest.Detect.Learned;

/// <summary>YOLOv5 (and v7): [1, 3 anchors a cell, 5 + classes], centre and size in pixels, an objectness that the classes are multiplied with.</summary>
internal sealed class YoloV5Head(int output, int rows, int classes) : IModelHead
{
    public string Format => "YOLOv5";

    public int? Classes => classes;

    public PixelForm Pixels => PixelForm.RgbUnit;

    public void Decode(IReadOnlyList<ModelOutput> outputs, ClassMap map, List<LearnedBox> found)
    {
        var columns = 5 + classes;
        for (var index = 0; index < rows; index++)
        {
            var row = outputs[output].Values.AsSpan(index * columns, columns);
            if (row[4] >= ClassMap.BallScoreMin && map.Best(row, 5, 1, row[4]) is var (kind, score))
            {
                found.Add(Boxes.Centred(kind, row[0], row[1], row[2], row[3], score));
            }
        }
    }
}
