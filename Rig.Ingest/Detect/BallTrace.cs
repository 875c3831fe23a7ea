namespace Rig.Ingest.Detect;

/// <summary>Reads the best path back: the stretches that hold, the gaps between them bridged, and how sure each position is.</summary>
internal static class BallTrace
{
    private const double ChainScoreMin = 3;
    private const long BridgeMs = 1500;

    /// <summary>A position is as sure as what surrounds it in its stretch, this far either way.</summary>
    private const long SupportMs = 600;
    private const int SupportFramesMin = 8;

    /// <param name="times">Of every frame, milliseconds.</param>
    /// <param name="last">Where the best path ends.</param>
    public static BallSpot?[] Of(IReadOnlyList<long> times, BallPath.Node? last)
    {
        var path = new BallSpot?[times.Count];
        BallPath.Node? before = null;
        var sureBefore = 0.0;
        foreach (var chain in Chains(times, last))
        {
            for (var index = 0; index < chain.Count; index++)
            {
                var node = chain[index];
                var sure = Confidence(times, chain, index);
                path[node.Frame] = new BallSpot(node.U, node.V, Math.Round(sure, 2), false);
                if (before is not null && times[node.Frame] - times[before.Frame] <= BridgeMs)
                {
                    Bridge(path, times, before, node, Math.Min(sure, sureBefore));
                }

                (before, sureBefore) = (node, sure);
            }
        }

        return path;
    }

    /// <summary>The best path back to its start, without the short stretches that hang on it by nothing.</summary>
    private static List<List<BallPath.Node>> Chains(IReadOnlyList<long> times, BallPath.Node? last)
    {
        var chains = new List<List<BallPath.Node>>();
        var chain = new List<BallPath.Node>();
        for (var node = last; node is not null; node = node.Previous)
        {
            chain.Add(node);
            if (!node.Joined || node.Previous is null)
            {
                chain.Reverse();
                chain = WithoutDetours(times, chain);
                if (chain.Sum(member => member.Quality) >= ChainScoreMin)
                {
                    chains.Add(chain);
                }

                chain = [];
            }
        }

        chains.Reverse();
        return chains;
    }

    /// <summary>A ball that is soon seen clearly where it was has not been to somebody's white socks in between.</summary>
    private static List<BallPath.Node> WithoutDetours(IReadOnlyList<long> times, List<BallPath.Node> chain)
    {
        const double Clear = 0.75, StayedM = 1, DetourM = 0.4, PixelsMin = 3;
        const long SoonMs = 1000;
        var kept = new List<BallPath.Node>();
        foreach (var node in chain)
        {
            var before = kept.FindLastIndex(member => member.Quality >= Clear);
            if (node.Quality >= Clear && before >= 0 && times[node.Frame] - times[kept[before].Frame] <= SoonMs
                && DistancePx(node, kept[before]) * node.MetresPerPixel <= StayedM)
            {
                var home = kept[before];
                var between = kept[(before + 1)..].Where(member => DistancePx(member, home) <= Math.Max(PixelsMin, DetourM / node.MetresPerPixel) || DistancePx(member, node) <= PixelsMin).ToList();
                kept.RemoveRange(before + 1, kept.Count - before - 1);
                kept.AddRange(between);
            }

            kept.Add(node);
        }

        return kept;
    }

    private static double DistancePx(BallPath.Node a, BallPath.Node b) => Math.Sqrt(((a.U - b.U) * (a.U - b.U)) + ((a.V - b.V) * (a.V - b.V)));

    /// <summary>How well the frames before or after this one, whichever is better, show a ball; frames without it count as nothing.</summary>
    private static double Confidence(IReadOnlyList<long> times, List<BallPath.Node> chain, int index) =>
        Math.Clamp(Math.Max(Support(times, chain, index, -1), Support(times, chain, index, 1)), 0, 1);

    private static double Support(IReadOnlyList<long> times, List<BallPath.Node> chain, int index, int step)
    {
        var at = chain[index].Frame;
        var (quality, frames) = (0.0, 0);
        for (var (frame, member) = (at, index); frame >= 0 && frame < times.Count && Math.Abs(times[frame] - times[at]) <= SupportMs; frame += step, frames++)
        {
            if (member >= 0 && member < chain.Count && chain[member].Frame == frame)
            {
                quality += chain[member].Quality;
                member += step;
            }
        }

        // Little of the recording is left on this side: what is missing is not held for it.
        return quality / Math.Max(frames, SupportFramesMin);
    }

    private static void Bridge(BallSpot?[] path, IReadOnlyList<long> times, BallPath.Node from, BallPath.Node to, double sure)
    {
        const double Unseen = 0.5;
        for (var frame = from.Frame + 1; frame < to.Frame; frame++)
        {
            var share = (times[frame] - times[from.Frame]) / (double)(times[to.Frame] - times[from.Frame]);
            path[frame] = new BallSpot(from.U + ((to.U - from.U) * share), from.V + ((to.V - from.V) * share), Math.Round(sure * Unseen, 2), true);
        }
    }
}
