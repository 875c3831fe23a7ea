using Rig.Ingest.Detect.Learned;

namespace Rig.Tests.Detect.Learned;

/// <summary>Grey pictures with coloured squares of 8x8 pixels, what <see cref="TinyNetworks"/> see.</summary>
internal static class DrawnCells
{
    public static YuvPicture Of(int width, int height, params (int Left, int Top, bool Red)[] cells)
    {
        var data = new byte[width * height * 3 / 2];
        Array.Fill(data, (byte)128);
        var (u, v) = (width * height, width * height * 5 / 4);
        foreach (var (left, top, red) in cells)
        {
            for (var y = top; y < top + 8; y++)
            {
                for (var x = left; x < left + 8; x++)
                {
                    var chroma = (y / 2 * (width / 2)) + (x / 2);
                    data[(y * width) + x] = 100;
                    (data[u + chroma], data[v + chroma]) = red ? ((byte)110, (byte)240) : ((byte)240, (byte)110);
                }
            }
        }

        return new YuvPicture(data, width, height, IsHd: true);
    }
}
