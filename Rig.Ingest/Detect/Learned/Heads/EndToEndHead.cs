namespace Rig.Ingest.Detect.Learned;

/// <summary>End-to-end heads (YOLOv10 and exports with their own suppression): [1, boxes, 6] with corners in pixels, score and class.</summary>
internal sealed class EndToEndHead(int output, int rows) : IModelHead
{
    private const int Columns = 6;

    public string Format => "end-to-end";

    public int? Classes => null;

    public PixelForm Pixels => PixelForm.RgbUnit;

    public void Decode(IReadOnlyList<ModelOutput> outputs, ClassMap map, List<LearnedBox> found)
    {
        for (var index = 0; index < rows; index++)
        {
            var row = outputs[output].Values.AsSpan(index * Columns, Columns);
            if (map.KindOf((int)Math.Round(row[5]), row[4]) is { } kind)
            {
                found.Add(new LearnedBox(kind, row[0], row[1], row[2], row[3], row[4]));
            }
        }
    }
}
