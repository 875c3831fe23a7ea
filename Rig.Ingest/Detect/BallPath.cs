namespace Rig.Ingest.Detect;

/// <summary>Where the ball was in one video frame.</summary>
/// <param name="Confidence">About the share of positions said with this confidence that are right.</param>
/// <param name="Predicted">Not seen in this frame but lying between two where it was.</param>
internal readonly record struct BallSpot(double U, double V, double Confidence, bool Predicted);

/// <summary>
/// Links candidates of all frames into the one path that a ball could have taken: a Viterbi search over candidates whose memory
/// holds the velocity, with gaps for frames in which it is hidden. Frames wait until it is known what lingers about them; what no path
/// leads to any more is forgotten, so that memory holds some seconds of candidates and the path itself.
/// </summary>
internal sealed class BallPath(PitchView view)
{
    private const int CandidatesMax = 32;
    private const int GapFrames = 24;
    private const double GapCost = 0.08;
    private const double RestartCost = 4;
    private const double SpeedMax = 42;
    private const double VelocityScale = 9;
    private const double MotionCostMax = 2.5;

    /// <summary>What looks less like a ball than this weakens a path that holds it.</summary>
    private const double QualityNeeded = 0.5;

    /// <summary>Straight and fast is what hardly anything but a ball moves like.</summary>
    private const double FlightBonus = 0.3;
    private const double FlightSpeedFrom = 5;
    private const double FlightSpeedTo = 13;

    private readonly List<long> times = [];
    private readonly Queue<(int Frame, IReadOnlyList<BallCandidate> Candidates)> waiting = new();
    private readonly Queue<(int Frame, IReadOnlyList<BallCandidate> Candidates)> entered = new();
    private readonly Queue<(int Frame, List<Node> Nodes, Node? BestUntil)> recent = new();
    private readonly Lingering lingering = new(view, candidate => GroundScale(view, candidate));
    private Node? best;
    private Node? bestLongBefore;

    public void Add(long timeMs, IReadOnlyList<BallCandidate> candidates)
    {
        var frame = times.Count;
        times.Add(timeMs);
        waiting.Enqueue((frame, candidates));
        entered.Enqueue((frame, candidates));
        lingering.Enter(candidates);
        while (times[waiting.Peek().Frame] < timeMs - Lingering.ReachMs)
        {
            Advance();
        }
    }

    /// <returns>One entry a frame that was added; null where the ball is not known.</returns>
    public BallSpot?[] Solve()
    {
        while (waiting.Count > 0)
        {
            Advance();
        }

        return BallTrace.Of(times, best);
    }

    /// <summary>Links the frame that has waited longest.</summary>
    private void Advance()
    {
        var (frame, candidates) = waiting.Dequeue();
        // A window of full length also where the session begins or ends.
        while (times[entered.Peek().Frame] < Math.Min(times[frame], times[^1] - Lingering.ReachMs) - Lingering.ReachMs)
        {
            lingering.Leave(entered.Dequeue().Candidates);
        }

        var windowMs = times[^1] - times[entered.Peek().Frame];
        var nodes = candidates
            .Select(candidate => new Node(frame, candidate, Scale(candidate), candidate.Quality * lingering.Weight(candidate, windowMs)))
            .OrderByDescending(node => node.Quality)
            .Take(CandidatesMax)
            .ToList();
        while (recent.Count > GapFrames)
        {
            bestLongBefore = recent.Dequeue().BestUntil;
        }

        foreach (var node in nodes)
        {
            Link(node);
        }

        foreach (var node in nodes)
        {
            best = best is null || node.Score > best.Score ? node : best;
        }

        recent.Enqueue((frame, nodes, best));
    }

    /// <summary>Metres a pixel where the candidate is: its size says so where it is clearly nearer than the ground behind it.</summary>
    private double Scale(BallCandidate candidate)
    {
        const double ClearlyLarger = 1.5;
        var ground = GroundScale(view, candidate);
        return candidate.DiameterPx * ground > ClearlyLarger * PitchView.BallDiameterM ? PitchView.BallDiameterM / candidate.DiameterPx : ground;
    }

    private static double GroundScale(PitchView view, BallCandidate candidate)
    {
        const double BeyondTheFarSide = 0.1, FarthestM = 130;
        return Math.Min(
            FarthestM / view.Geometry.FocalPx,
            view.TryToGround(candidate.U, candidate.V, out var x, out var y) ? view.MetresPerPixel(x, y) : BeyondTheFarSide);
    }

    private void Link(Node node)
    {
        var worth = node.Quality - QualityNeeded;
        node.Score = worth;
        if (bestLongBefore is not null && bestLongBefore.Score - RestartCost > 0)
        {
            (node.Score, node.Previous, node.Joined) = (worth + bestLongBefore.Score - RestartCost, bestLongBefore, false);
        }

        foreach (var (frame, nodes, _) in recent)
        {
            var seconds = Math.Max(0.001, (times[node.Frame] - times[frame]) / 1000.0);
            foreach (var earlier in nodes)
            {
                var scale = (node.MetresPerPixel + earlier.MetresPerPixel) / 2;
                var (du, dv) = (node.U - earlier.U, node.V - earlier.V);
                var distance = Math.Max(0, Math.Sqrt((du * du) + (dv * dv)) - 1.5) * scale;
                var speed = distance / seconds;
                if (speed > SpeedMax)
                {
                    continue;
                }

                var (vx, vy) = (du * scale / seconds, dv * scale / seconds);
                var (ax, ay) = (vx - earlier.VelocityU, vy - earlier.VelocityV);
                var change = Math.Max(0, Math.Sqrt((ax * ax) + (ay * ay)) - (1.5 * scale / seconds)) / VelocityScale;
                var cost = earlier.HasVelocity ? Math.Min(MotionCostMax, 0.3 * change * change) : 0.15 * speed / SpeedMax;
                var bonus = earlier.HasVelocity ? FlightBonus * Math.Clamp((speed - FlightSpeedFrom) / (FlightSpeedTo - FlightSpeedFrom), 0, 1) * Math.Max(0, 1 - (change * 2)) : 0;
                var score = earlier.Score + worth + bonus - cost - (GapCost * (node.Frame - frame - 1));
                if (score > node.Score)
                {
                    (node.Score, node.Previous, node.Joined) = (score, earlier, true);
                    (node.VelocityU, node.VelocityV, node.HasVelocity) = (vx, vy, true);
                }
            }
        }
    }

    /// <summary>A candidate and the best path that leads to it.</summary>
    internal sealed class Node(int frame, BallCandidate candidate, double metresPerPixel, double quality)
    {
        public int Frame => frame;

        public double U => candidate.U;

        public double V => candidate.V;

        public double MetresPerPixel => metresPerPixel;

        public double Quality => quality;

        public double Score { get; set; }

        public Node? Previous { get; set; }

        /// <summary>Reached from <see cref="Previous"/> by moving, not by starting again.</summary>
        public bool Joined { get; set; }

        public double VelocityU { get; set; }

        public double VelocityV { get; set; }

        public bool HasVelocity { get; set; }
    }
}
