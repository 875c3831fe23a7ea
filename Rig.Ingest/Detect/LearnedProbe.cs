using System.Diagnostics;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>What the learned detector can do on this machine, as lines for people.</summary>
internal static class LearnedProbe
{
    private const int TriedTiles = 9;

    public static IEnumerable<(string Name, string Text)> Run(DetectOptions options)
    {
        var lines = new List<(string, string)>();
        try
        {
            var (version, providers) = Providers.Available();
            lines.Add(("onnxruntime", $"{version}, with {string.Join(", ", providers)}"));
            if (options.ModelSettings() is { } settings)
            {
                using var detector = new LearnedDetector(settings);
                lines.AddRange(Describe(detector, options));
            }
            else
            {
                lines.Add(("model", "none (Rig:Detect:Model); people and ball are found by the background alone. scripts/get-model.sh fetches one."));
            }
        }
        catch (ModelException e)
        {
            lines.Add(("model", $"does not work: {e.Message}"));
        }

        return lines;
    }

    private static IEnumerable<(string Name, string Text)> Describe(LearnedDetector detector, DetectOptions options)
    {
        var model = detector.Model;
        yield return ("model", $"{Path.GetFileName(options.Model)}: {model.Head.Format}, {model.Width}x{model.Height} pixels, on {model.Provider}");
        if (model.Fallback is { } fallback)
        {
            yield return ("cuda", fallback);
        }

        var side = options.ModelTilePx;
        var grey = new YuvPicture(new byte[side * 2 * (side * 2) * 3 / 2], side * 2, side * 2, true);
        Array.Fill(grey.Data, (byte)128);
        var tiles = detector.TilesOver(new Tile(0, 0, side, side), side, _ => true);
        var one = new List<double>();
        for (var index = 0; index < TriedTiles; index++)
        {
            var clock = Stopwatch.StartNew();
            detector.Find(grey, [tiles[0]]);
            one.Add(clock.Elapsed.TotalMilliseconds);
        }

        one.Sort();
        var all = Stopwatch.StartNew();
        detector.Find(grey, [.. Enumerable.Repeat(tiles[0], TriedTiles * Environment.ProcessorCount)]);
        var perSecond = TriedTiles * Environment.ProcessorCount / all.Elapsed.TotalSeconds;
        yield return ("model's speed", $"{one[TriedTiles / 2]:F0} ms a tile of {side} pixels alone, {perSecond:F0} tiles a second side by side");
    }
}
