namespace Rig.Ingest.Detect.Learned;

/// <summary>YOLOv8 and v11: [1, 4 + classes, cells], a column a cell: centre and size in pixels, then the classes' scores.</summary>
internal sealed class YoloV8Head(int output, int columns, int classes) : IModelHead
{
    public string Format => "YOLOv8";

    public int? Classes => classes;

    public PixelForm Pixels => PixelForm.RgbUnit;

    public void Decode(IReadOnlyList<ModelOutput> outputs, ClassMap map, List<LearnedBox> found)
    {
        ReadOnlySpan<float> values = outputs[output].Values;
        for (var index = 0; index < columns; index++)
        {
            if (map.Best(values, (4 * columns) + index, columns, 1) is var (kind, score))
            {
                found.Add(Boxes.Centred(kind, values[index], values[columns + index], values[(2 * columns) + index], values[(3 * columns) + index], score));
            }
        }
    }
}
