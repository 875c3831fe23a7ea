namespace Rig.Ingest.Detect.Learned;

/// <summary>Finds people and balls in pictures of any size: tile by tile, as many side by side as there are cores.</summary>
internal sealed class LearnedDetector(ModelSettings settings) : IDisposable
{
    /// <summary>Side of a tile: an input of 416 then sees somebody of 25 pixels with 16.</summary>
    public const int DefaultTilePx = 640;

    private const double EdgePx = 2;
    private readonly LearnedModel model = LearnedModel.Open(settings);

    public LearnedModel Model => model;

    /// <summary>Tiles for a part of a picture, in the proportions of the network's input.</summary>
    public IReadOnlyList<Tile> TilesOver(Tile area, int tilePx, Func<Tile, bool> wanted)
    {
        var longer = Math.Max(model.Width, model.Height);
        return TileGrid.Over(area, tilePx * model.Width / longer, tilePx * model.Height / longer, wanted);
    }

    /// <exception cref="ModelException">The network failed.</exception>
    public List<LearnedBox> Find(YuvPicture picture, IReadOnlyList<Tile> tiles)
    {
        var found = new List<LearnedBox>[tiles.Count];
        var sampler = new AreaSampler(model.Width, model.Height, model.Head.Pixels);
        // A GPU takes one tile after the other.
        var degree = model.Provider == Providers.Cpu ? Environment.ProcessorCount : 1;
        try
        {
            Parallel.For(
                0,
                tiles.Count,
                new ParallelOptions { MaxDegreeOfParallelism = degree },
                () => new float[3 * model.Width * model.Height],
                (index, _, pixels) =>
                {
                    sampler.Fill(picture, tiles[index], pixels);
                    var step = sampler.StepOf(tiles[index]);
                    found[index] = [.. model.Find(pixels).Select(box => Place(box, tiles[index], step, picture))];
                    return pixels;
                },
                _ => { });
        }
        catch (AggregateException e) when (e.InnerException is ModelException failed)
        {
            throw failed;
        }

        return BoxMerge.Best(found.SelectMany(boxes => boxes));
    }

    public void Dispose() => model.Dispose();

    private static LearnedBox Place(LearnedBox box, Tile tile, double step, YuvPicture picture)
    {
        var (left, top) = (tile.Left + (box.Left * step), tile.Top + (box.Top * step));
        var (right, bottom) = (tile.Left + (box.Right * step), tile.Top + (box.Bottom * step));
        var cut = (tile.Left > 0 && left < tile.Left + EdgePx) || (tile.Top > 0 && top < tile.Top + EdgePx)
            || (tile.Right < picture.Width && right > tile.Right - EdgePx) || (tile.Bottom < picture.Height && bottom > tile.Bottom - EdgePx);
        return box with
        {
            Left = Math.Max(0, left),
            Top = Math.Max(0, top),
            Right = Math.Min(picture.Width, right),
            Bottom = Math.Min(picture.Height, bottom),
            Cut = cut,
        };
    }
}
