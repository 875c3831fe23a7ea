namespace Rig.Ingest.Detect;

/// <summary>Something in one picture that may be the ball.</summary>
/// <param name="Quality">0 to 1: how much it looks like a ball, and like one that lies free.</param>
internal readonly record struct BallCandidate(double U, double V, double Quality);

/// <summary>Small bright blobs of about the ball's size for their place in the picture.</summary>
internal sealed class BallFinder(PitchView view)
{
    private const int CandidatesMax = 8;
    private const int BrighterBy = 18;
    private const int ColourMax = 64;

    /// <summary>Beside a person most white spots are socks and shorts.</summary>
    private const double NearPerson = 0.4;

    private const double BeyondPitch = 0.6;
    private const double OverhangM = 8;

    public List<BallCandidate> Find(IReadOnlyList<Blob> blobs, PanoramaFrame picture, ReadOnlySpan<byte> backgroundLuma)
    {
        var candidates = new List<BallCandidate>();
        foreach (var blob in blobs)
        {
            var diameter = DiameterPx(blob.CenterU, (blob.Top + blob.Bottom - 1) / 2.0);
            if (blob.Area < 2 || blob.Width > (diameter * 3.2) + 3 || blob.Height > (diameter * 2.4) + 3 || blob.Area > 2.2 * (diameter + 1.5) * (diameter + 1.5))
            {
                continue;
            }

            if (Look(blob, picture, backgroundLuma, diameter) is { } candidate)
            {
                // What is seen beyond the pitch would have to be in the air; more often it is a leaf or a spectator.
                var over = view.TryToGround(candidate.U, candidate.V, out var x, out var y) && view.IsOnPitch(x, y, OverhangM) ? 1 : BeyondPitch;
                var near = blobs.Any(other => other.Area > blob.Area * 4 && other.Area > 12 && IsBeside(other, blob));
                candidates.Add(candidate with { Quality = candidate.Quality * over * (near ? NearPerson : 1) });
            }
        }

        return candidates.Count <= CandidatesMax ? candidates : [.. candidates.OrderByDescending(candidate => candidate.Quality).Take(CandidatesMax)];
    }

    public double DiameterPx(double u, double v)
    {
        // Above the horizon and beyond the far side it can only be in the air over the pitch: as small as it gets.
        var far = view.LengthM;
        return view.TryToGround(u, v, out var x, out var y) && view.MetresPerPixel(x, y) * view.Geometry.FocalPx < far
            ? PitchView.BallDiameterM / view.MetresPerPixel(x, y)
            : PitchView.BallDiameterM * view.Geometry.FocalPx / far;
    }

    private static BallCandidate? Look(Blob blob, PanoramaFrame picture, ReadOnlySpan<byte> backgroundLuma, double diameter)
    {
        double weights = 0, sumU = 0, sumV = 0, brighter = 0;
        var (peak, colour) = (0, 0);
        foreach (var run in blob.Runs)
        {
            for (var x = run.From; x < run.To; x++)
            {
                var index = (run.Y * picture.Width) + x;
                var over = picture.Y[index] - backgroundLuma[index];
                var weight = Math.Max(1, over);
                (weights, sumU, sumV) = (weights + weight, sumU + (weight * x), sumV + (weight * run.Y));
                brighter += over;
                if (over > peak)
                {
                    var chroma = picture.ChromaIndex(x, run.Y);
                    (peak, colour) = (over, Math.Abs(picture.U[chroma] - 128) + Math.Abs(picture.V[chroma] - 128));
                }
            }
        }

        brighter /= blob.Area;
        if (brighter < BrighterBy || colour > ColourMax)
        {
            return null;
        }

        var round = Math.Min(blob.Width, blob.Height) / (double)Math.Max(blob.Width, blob.Height);
        var size = blob.Area / (0.8 * (diameter + 0.8) * (diameter + 0.8));
        var fit = Math.Min(size, 1 / size);
        var bright = Math.Clamp(peak / 60.0, 0.3, 1);
        return new BallCandidate(sumU / weights, sumV / weights, bright * (0.4 + (0.3 * round) + (0.3 * Math.Clamp(fit, 0, 1))));
    }

    private static bool IsBeside(Blob big, Blob small)
    {
        var reach = Math.Max(2, big.Height * 0.12);
        return small.Right > big.Left - reach && small.Left < big.Right + reach && small.Bottom > big.Top - reach && small.Top < big.Bottom + reach;
    }
}
