namespace Rig.Ingest.Detect.Learned;

/// <summary>Of boxes that show the same the best one, each kind for itself.</summary>
internal static class BoxMerge
{
    private const double IouMax = 0.5;

    /// <summary>What was cut off by a tile's edge shows the same as a whole box in which this share of it lies.</summary>
    private const double InsideMax = 0.6;

    public static List<LearnedBox> Best(IEnumerable<LearnedBox> boxes)
    {
        var kept = new List<LearnedBox>();
        foreach (var box in boxes.OrderBy(box => box.Cut).ThenByDescending(box => box.Score))
        {
            if (!kept.Exists(better => better.Kind == box.Kind && IsSame(better, box)))
            {
                kept.Add(box);
            }
        }

        return kept;
    }

    private static bool IsSame(LearnedBox better, LearnedBox box)
    {
        var overlap = better.Overlap(box);
        return overlap > IouMax * (better.Area + box.Area - overlap) || (box.Cut && overlap > InsideMax * box.Area);
    }
}
