namespace Rig.Ingest.Detect.Learned;

internal static class Boxes
{
    public static LearnedBox Centred(LearnedKind kind, double u, double v, double width, double height, double score) =>
        new(kind, u - (width / 2), v - (height / 2), u + (width / 2), v + (height / 2), score);
}
