namespace Rig.Ingest.Detect.Learned;

/// <summary>The cells over a network's input for which it answers: one grid a stride, row-major, the finest first.</summary>
internal static class Grids
{
    public static readonly int[] Three = [8, 16, 32];
    public static readonly int[] Four = [8, 16, 32, 64];

    public static int Cells(int width, int height, int stride) => Columns(width, stride) * Columns(height, stride);

    public static int Cells(int width, int height, int[] strides) => strides.Sum(stride => Cells(width, height, stride));

    public static IEnumerable<(int Index, int X, int Y, int Stride)> Walk(int width, int height, int[] strides)
    {
        var index = 0;
        foreach (var stride in strides)
        {
            for (var y = 0; y < Columns(height, stride); y++)
            {
                for (var x = 0; x < Columns(width, stride); x++)
                {
                    yield return (index++, x, y, stride);
                }
            }
        }
    }

    private static int Columns(int size, int stride) => (size + stride - 1) / stride;
}
