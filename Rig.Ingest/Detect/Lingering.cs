namespace Rig.Ingest.Detect;

/// <summary>
/// How long something white has been, and will be, seen about one place: a sliding count over some seconds before and after each frame.
/// A ball that is played moves on; a spare ball, a bag and somebody who fidgets on a bench stay.
/// </summary>
internal sealed class Lingering(PitchView view, Func<BallCandidate, double> metresPerPixel)
{
    /// <summary>Half of the time looked at, on either side.</summary>
    public const long ReachMs = 10_000;

    /// <summary>About the ground that a body sways over.</summary>
    private const double CellM = 0.35;
    private const double ShareFrom = 0.3;
    private const double ShareTo = 0.8;
    private const double Least = 0.12;

    /// <summary>Less time than this says little about who stays.</summary>
    private const double FullWindowMs = 6000;

    private readonly Dictionary<(int Size, int Column, int Row), int> counts = [];
    private int frames;

    public void Enter(IReadOnlyList<BallCandidate> candidates) => Count(candidates, 1);

    public void Leave(IReadOnlyList<BallCandidate> candidates) => Count(candidates, -1);

    /// <summary>1 for what passes by, down to nearly nothing for what is always there.</summary>
    /// <param name="windowMs">How much time the frames that are entered now span.</param>
    public double Weight(BallCandidate candidate, double windowMs)
    {
        var (size, column, row) = CellOf(candidate);
        var seen = 0;
        for (var dy = -1; dy <= 1; dy++)
        {
            for (var dx = -1; dx <= 1; dx++)
            {
                seen += counts.GetValueOrDefault((size, column + dx, row + dy));
            }
        }

        var share = Math.Min(1, seen / (double)Math.Max(1, frames)) * Math.Min(1, windowMs / FullWindowMs);
        return 1 - ((1 - Least) * Math.Clamp((share - ShareFrom) / (ShareTo - ShareFrom), 0, 1));
    }

    private void Count(IReadOnlyList<BallCandidate> candidates, int by)
    {
        frames += by;
        foreach (var candidate in candidates)
        {
            var cell = CellOf(candidate);
            var now = counts.GetValueOrDefault(cell) + by;
            if (now == 0)
            {
                counts.Remove(cell);
            }
            else
            {
                counts[cell] = now;
            }
        }
    }

    /// <summary>Cells grow towards the cameras by powers of two.</summary>
    private (int Size, int Column, int Row) CellOf(BallCandidate candidate)
    {
        var onGround = view.TryToGround(candidate.U, candidate.V, out _, out _);
        var size = (int)Math.Clamp(Math.Round(Math.Log2(CellM / (onGround ? metresPerPixel(candidate) : 0.05))), 2, 6);
        return (size, (int)candidate.U >> size, (int)candidate.V >> size);
    }
}
