using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>Balls that the learned detector sees, among the candidates of the same frame.</summary>
internal static class LearnedBalls
{
    /// <summary>A network's 0.25 is about as likely a ball as a lone bright blob that fits: from there on its score adds.</summary>
    private const double WorthAtLeast = 0.55;
    private const double SamePlaceDiameters = 1.2;

    /// <summary>A box's sides are a pixel or two of the network's input off, which are more in the picture.</summary>
    private const double SamePlacePx = 4;

    public static IReadOnlyList<BallCandidate> Join(IReadOnlyList<BallCandidate> candidates, IReadOnlyList<LearnedBox> boxes, BallFinder finder)
    {
        var joined = candidates.ToList();
        foreach (var box in boxes.Where(box => box is { Kind: LearnedKind.Ball, Cut: false }))
        {
            var diameter = Math.Max(box.Width, box.Height);
            var share = (box.Score - ClassMap.BallScoreMin) / (1 - ClassMap.BallScoreMin);
            var worth = (WorthAtLeast + ((1 - WorthAtLeast) * share)) * finder.PlaceWeight(box.CenterU, box.CenterV);
            var reach = SamePlacePx + (SamePlaceDiameters * diameter / 2);
            var nearest = Enumerable.Range(0, joined.Count)
                .Where(index => Distance(joined[index], box) <= reach)
                .OrderBy(index => Distance(joined[index], box))
                .Select(index => (int?)index)
                .FirstOrDefault();
            if (nearest is { } at)
            {
                // Two that look for different things agree.
                joined[at] = joined[at] with { Quality = Math.Max(worth, 1 - ((1 - joined[at].Quality) * (1 - (worth / 2)))) };
            }
            else
            {
                joined.Add(new BallCandidate(box.CenterU, box.CenterV, worth, diameter));
            }
        }

        return joined;
    }

    private static double Distance(BallCandidate candidate, LearnedBox box) =>
        Math.Sqrt(((candidate.U - box.CenterU) * (candidate.U - box.CenterU)) + ((candidate.V - box.CenterV) * (candidate.V - box.CenterV)));
}
