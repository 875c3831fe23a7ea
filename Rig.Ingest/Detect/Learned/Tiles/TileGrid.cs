namespace Rig.Ingest.Detect.Learned;

/// <summary>Lays tiles that overlap over a part of a picture, evenly.</summary>
internal static class TileGrid
{
    /// <summary>Share of a tile: somebody of 140 pixels is whole in one of two neighbours of 640.</summary>
    private const double Overlap = 0.22;

    /// <param name="area">What is to be covered.</param>
    /// <param name="width">Of a tile.</param>
    /// <param name="wanted">Whether anything in the tile is of interest.</param>
    public static IReadOnlyList<Tile> Over(Tile area, int width, int height, Func<Tile, bool> wanted)
    {
        var tiles = new List<Tile>();
        foreach (var top in Starts(area.Top, area.Height, height))
        {
            foreach (var left in Starts(area.Left, area.Width, width))
            {
                var tile = new Tile(left, top, width, height);
                if (wanted(tile))
                {
                    tiles.Add(tile);
                }
            }
        }

        return tiles;
    }

    private static IEnumerable<int> Starts(int from, int length, int tile)
    {
        var count = length <= tile ? 1 : (int)Math.Ceiling((length - (tile * Overlap)) / (tile * (1 - Overlap)));
        for (var index = 0; index < count; index++)
        {
            yield return from + (count == 1 ? 0 : (int)Math.Round((double)index * (length - tile) / (count - 1)));
        }
    }
}
