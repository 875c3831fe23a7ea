namespace Rig.Ingest.Detect;

/// <summary>
/// Sorts tracks into two teams and others by shirt colour. Colours are gathered while the match is watched; the names are given
/// at the end, when all have been seen.
/// </summary>
internal sealed class TeamColours
{
    private const int Clusters = 6;

    /// <summary>Clusters closer than this are one kit in different light.</summary>
    private const double SameKit = 16;

    /// <summary>Farther than this from both kits is somebody else.</summary>
    private const double OtherFrom = 30;

    /// <summary>Which team is a: the one that stands farther left in the first seconds.</summary>
    private const long FirstMs = 3000;
    private readonly Dictionary<int, Gathered> tracks = [];
    private long? startMs;

    public void Add(Track track, long timeMs)
    {
        startMs ??= timeMs;
        if (!tracks.TryGetValue(track.Id, out var gathered))
        {
            tracks.Add(track.Id, gathered = new Gathered());
        }

        gathered.Shirt = track.Shirt;
        gathered.Frames++;
        if (timeMs - startMs < FirstMs)
        {
            gathered.FirstX += track.Motion.X;
            gathered.FirstFrames++;
        }
    }

    /// <returns>By track id: <c>a</c>, <c>b</c> or <c>other</c>; empty when there are not two kits to tell apart.</returns>
    public IReadOnlyDictionary<int, string> Name()
    {
        var kits = Kits();
        if (kits.Count < 2)
        {
            return new Dictionary<int, string>();
        }

        var (first, second) = (kits[0], kits[1]);
        if (MeanFirstX(first, second) > MeanFirstX(second, first))
        {
            (first, second) = (second, first);
        }

        return tracks.ToDictionary(
            pair => pair.Key,
            pair => Math.Min(pair.Value.Shirt.DistanceTo(first), pair.Value.Shirt.DistanceTo(second)) > OtherFrom ? "other"
                : pair.Value.Shirt.DistanceTo(first) <= pair.Value.Shirt.DistanceTo(second) ? "a" : "b");
    }

    private double MeanFirstX(Shirt kit, Shirt other)
    {
        var own = tracks.Values.Where(track => track.FirstFrames > 0 && track.Shirt.DistanceTo(kit) < track.Shirt.DistanceTo(other)).ToList();
        return own.Count == 0 ? 0 : own.Sum(track => track.FirstX) / own.Sum(track => track.FirstFrames);
    }

    /// <summary>Cluster centres by k-means from mutually distant starts, the most worn first.</summary>
    private List<Shirt> Kits()
    {
        var points = tracks.Values.OrderByDescending(track => track.Frames).ToList();
        if (points.Count == 0)
        {
            return [];
        }

        var centers = new List<Shirt> { points[0].Shirt };
        while (centers.Count < Clusters)
        {
            var farthest = points.MaxBy(point => centers.Min(center => center.DistanceTo(point.Shirt)) * Math.Log(1 + point.Frames))!;
            if (centers.Min(center => center.DistanceTo(farthest.Shirt)) < SameKit)
            {
                break;
            }

            centers.Add(farthest.Shirt);
        }

        var weights = new double[centers.Count];
        for (var round = 0; round < 12; round++)
        {
            var sums = new (double Y, double U, double V)[centers.Count];
            Array.Clear(weights);
            foreach (var point in points)
            {
                var nearest = Enumerable.Range(0, centers.Count).MinBy(index => centers[index].DistanceTo(point.Shirt));
                weights[nearest] += point.Frames;
                var (y, u, v) = sums[nearest];
                sums[nearest] = (y + (point.Shirt.Y * point.Frames), u + (point.Shirt.U * point.Frames), v + (point.Shirt.V * point.Frames));
            }

            for (var index = 0; index < centers.Count; index++)
            {
                if (weights[index] > 0)
                {
                    centers[index] = new Shirt(sums[index].Y / weights[index], sums[index].U / weights[index], sums[index].V / weights[index]);
                }
            }
        }

        return [.. Enumerable.Range(0, centers.Count).OrderByDescending(index => weights[index]).Select(index => centers[index])];
    }

    private sealed class Gathered
    {
        public Shirt Shirt { get; set; }

        public int Frames { get; set; }

        public double FirstX { get; set; }

        public int FirstFrames { get; set; }
    }
}
