namespace Rig.Ingest.Detect;

/// <summary>Where the ball was in one video frame.</summary>
/// <param name="Predicted">Not seen in this frame but lying between two where it was.</param>
internal readonly record struct BallSpot(double U, double V, double Confidence, bool Predicted);

/// <summary>
/// Links candidates of all frames into the one path that a ball could have taken: a Viterbi search over candidates whose memory
/// holds the velocity, with gaps for frames in which it is hidden. Bounded by what a session's frames hold: at most eight candidates each.
/// </summary>
internal sealed class BallPath(PitchView view)
{
    private const int GapFrames = 24;
    private const double GapCost = 0.12;
    private const double RestartCost = 4;
    private const double SpeedMax = 42;
    private const double VelocityScale = 9;
    private const double MotionCostMax = 2.5;

    /// <summary>What looks less like a ball than this weakens a path that holds it.</summary>
    private const double QualityNeeded = 0.2;
    private const double StaticShare = 0.4;
    private const double ChainScoreMin = 3;
    private const long BridgeMs = 1500;

    private readonly List<long> times = [];
    private readonly List<List<Node>> frames = [];
    private readonly List<Node?> bestUntil = [];

    public void Add(long timeMs, IReadOnlyList<BallCandidate> candidates)
    {
        times.Add(timeMs);
        frames.Add([.. candidates.Select(candidate => new Node(frames.Count, candidate, MetresPerPixel(candidate)))]);
    }

    /// <returns>One entry a frame that was added; null where the ball is not known.</returns>
    public BallSpot?[] Solve()
    {
        ForgetWhatNeverMoves();
        Node? best = null;
        for (var index = 0; index < frames.Count; index++)
        {
            foreach (var node in frames[index])
            {
                Link(node, index, index > GapFrames ? BestBefore(index - GapFrames) : null);
            }

            foreach (var node in frames[index])
            {
                best = best is null || node.Score > best.Score ? node : best;
            }

            bestUntil.Add(best);
        }

        return Bridge(Chains(best));
    }

    private Node? BestBefore(int index) => index > 0 ? bestUntil[index - 1] : null;

    private double MetresPerPixel(BallCandidate candidate) =>
        view.TryToGround(candidate.U, candidate.V, out var x, out var y) ? Math.Min(0.15, view.MetresPerPixel(x, y)) : 0.1;

    /// <summary>Spots that show a candidate in a large share of all frames are part of the scene.</summary>
    private void ForgetWhatNeverMoves()
    {
        const int Cell = 3;
        var counts = new Dictionary<(int, int), int>();
        foreach (var node in frames.SelectMany(nodes => nodes))
        {
            var key = ((int)(node.U / Cell), (int)(node.V / Cell));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        foreach (var node in frames.SelectMany(nodes => nodes))
        {
            if (counts[((int)(node.U / Cell), (int)(node.V / Cell))] > frames.Count * StaticShare)
            {
                node.Quality *= 0.1;
            }
        }
    }

    private void Link(Node node, int index, Node? longBefore)
    {
        var worth = node.Quality - QualityNeeded;
        node.Score = worth;
        if (longBefore is not null && longBefore.Score - RestartCost > 0)
        {
            (node.Score, node.Previous, node.Joined) = (worth + longBefore.Score - RestartCost, longBefore, false);
        }

        for (var gap = 1; gap <= Math.Min(GapFrames, index); gap++)
        {
            var seconds = Math.Max(0.001, (times[index] - times[index - gap]) / 1000.0);
            foreach (var earlier in frames[index - gap])
            {
                var scale = (node.MetresPerPixel + earlier.MetresPerPixel) / 2;
                var (du, dv) = (node.U - earlier.U, node.V - earlier.V);
                var distance = Math.Max(0, Math.Sqrt((du * du) + (dv * dv)) - 1.5) * scale;
                if (distance / seconds > SpeedMax)
                {
                    continue;
                }

                var (vx, vy) = (du * scale / seconds, dv * scale / seconds);
                var (ax, ay) = (vx - earlier.VelocityU, vy - earlier.VelocityV);
                var change = Math.Max(0, Math.Sqrt((ax * ax) + (ay * ay)) - (1.5 * scale / seconds)) / VelocityScale;
                var cost = earlier.HasVelocity ? Math.Min(MotionCostMax, 0.3 * change * change) : 0.15 * distance / seconds / SpeedMax;
                var score = earlier.Score + worth - cost - (GapCost * (gap - 1));
                if (score > node.Score)
                {
                    (node.Score, node.Previous, node.Joined) = (score, earlier, true);
                    (node.VelocityU, node.VelocityV, node.HasVelocity) = (vx, vy, true);
                }
            }
        }
    }

    /// <summary>The best path back to its start, without the short stretches that hang on it by nothing.</summary>
    private static List<List<Node>> Chains(Node? last)
    {
        var chains = new List<List<Node>>();
        var chain = new List<Node>();
        for (var node = last; node is not null; node = node.Previous)
        {
            chain.Add(node);
            if (!node.Joined || node.Previous is null)
            {
                chain.Reverse();
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

    private BallSpot?[] Bridge(List<List<Node>> chains)
    {
        var path = new BallSpot?[frames.Count];
        Node? before = null;
        foreach (var node in chains.SelectMany(chain => chain))
        {
            path[node.Frame] = new BallSpot(node.U, node.V, Math.Round(Math.Min(1, node.Quality), 2), false);
            if (before is not null && times[node.Frame] - times[before.Frame] <= BridgeMs)
            {
                for (var frame = before.Frame + 1; frame < node.Frame; frame++)
                {
                    var share = (times[frame] - times[before.Frame]) / (double)(times[node.Frame] - times[before.Frame]);
                    path[frame] = new BallSpot(before.U + ((node.U - before.U) * share), before.V + ((node.V - before.V) * share), 0.2, true);
                }
            }

            before = node;
        }

        return path;
    }

    private sealed class Node(int frame, BallCandidate candidate, double metresPerPixel)
    {
        public int Frame => frame;

        public double U => candidate.U;

        public double V => candidate.V;

        public double MetresPerPixel => metresPerPixel;

        public double Quality { get; set; } = candidate.Quality;

        public double Score { get; set; }

        public Node? Previous { get; set; }

        /// <summary>Reached from <see cref="Previous"/> by moving, not by starting again.</summary>
        public bool Joined { get; set; }

        public double VelocityU { get; set; }

        public double VelocityV { get; set; }

        public bool HasVelocity { get; set; }
    }
}
