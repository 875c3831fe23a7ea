using System.Diagnostics;
using System.Text.Json.Nodes;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>The network that is configured, looking within its budget. If it fails the match goes on without it.</summary>
/// <param name="clock">Runs; tells what a look takes.</param>
internal sealed class LearnedLook(LearnedDetector detector, DetectOptions options, Stopwatch clock, ILogger logger) : ILook, IDisposable
{
    private readonly LookSchedule schedule = new(options.ModelEvery, options.ModelBudget);
    private IReadOnlyList<Tile> tiles = [];
    private double spentMs;
    private string? failure;

    public int Looks { get; private set; }

    public string Format => detector.Model.Head.Format;

    /// <summary>Null where no model is configured, or where it has become unusable since the start.</summary>
    public static LearnedLook? Of(DetectOptions options, Stopwatch clock, ILogger logger)
    {
        if (options.ModelSettings() is not { } settings)
        {
            return null;
        }

        try
        {
            return new LearnedLook(new LearnedDetector(settings), options, clock, logger);
        }
        catch (ModelException e)
        {
            logger.LogWarning("People and ball are found without the model. {Cause}", e.Message);
            return null;
        }
    }

    public void Over(Region region, int width, int height)
    {
        var (left, top, right, bottom) = region.Bounds();
        tiles = right <= left ? [] : detector.TilesOver(
            new Tile(left, top, right - left, bottom - top), options.ModelTilePx, tile => region.Touches(tile.Left, tile.Top, tile.Right, tile.Bottom));
    }

    public IReadOnlyList<LearnedBox>? Find(long timeMs, PanoramaFrame picture)
    {
        if (failure is not null || !schedule.IsDue(timeMs))
        {
            return null;
        }

        var began = clock.Elapsed.TotalMilliseconds;
        try
        {
            var found = detector.Find(new YuvPicture(picture.Data, picture.Width, picture.Height, IsHd: true), tiles);
            Looks++;
            return found;
        }
        catch (ModelException e)
        {
            failure = e.Message;
            logger.LogWarning("From {TimeMs} ms on people and ball are found without the model. {Cause}", timeMs, e.Message);
            return null;
        }
        finally
        {
            var took = clock.Elapsed.TotalMilliseconds - began;
            spentMs += took;
            schedule.Spent(took);
        }
    }

    /// <summary>For the stage's result.</summary>
    public JsonObject Report() => new()
    {
        ["file"] = Path.GetFileName(options.Model),
        ["format"] = Format,
        ["provider"] = detector.Model.Provider,
        ["fallback"] = detector.Model.Fallback,
        ["looks"] = Looks,
        ["tiles"] = tiles.Count,
        ["ms_per_look"] = Looks == 0 ? 0 : Math.Round(spentMs / Looks, 1),
        ["failure"] = failure,
    };

    public void Dispose() => detector.Dispose();
}
