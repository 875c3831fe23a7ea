namespace Rig.Ingest.Detect;

/// <summary>Something in one picture that may be the ball.</summary>
/// <param name="Quality">0 to 1: how much it looks like a ball, and like one that lies free on the pitch.</param>
/// <param name="DiameterPx">How wide it is in the picture; 0 where nobody measured it.</param>
internal readonly record struct BallCandidate(double U, double V, double Quality, double DiameterPx = 0);

/// <summary>
/// Small bright blobs of about the ball's size for their place in the picture: those that stand alone, and those that can be told from
/// somebody's body by being white.
/// </summary>
internal sealed class BallFinder(PitchView view)
{
    private const int CandidatesMax = 150;
    private const int BrighterBy = 18;
    private const int ColourMax = 64;

    /// <summary>What is to be told from a body has to be clearly brighter, and white.</summary>
    private const int WhiteBy = 34;
    private const int WhiteColourMax = 40;

    /// <summary>Beside a person many white spots are socks and shorts, but the ball is most often at somebody's feet.</summary>
    private const double NearPerson = 0.75;
    private const double InsidePerson = 0.6;

    /// <summary>Above the feet and legs most white spots are shirts, numbers and shorts.</summary>
    private const double AboveLegs = 0.5;
    private const double LegsShare = 0.45;
    private const int PersonAreaMin = 12;

    /// <summary>A blob this many times a ball's area is looked through for one.</summary>
    private const double LookedThroughFrom = 2.2;

    /// <summary>How high balls are expected to fly, metres: in the air one is nearer, and larger, than the ground behind it says.</summary>
    private const double FlightM = 12;

    public List<BallCandidate> Find(IReadOnlyList<Blob> blobs, PanoramaFrame picture, ReadOnlySpan<byte> backgroundLuma)
    {
        var candidates = new List<BallCandidate>();
        foreach (var blob in blobs)
        {
            var (v, place) = ((blob.Top + blob.Bottom - 1) / 2.0, 1.0);
            var largest = LargestPx(blob.CenterU, v);
            if (!IsBallSized(blob, DiameterPx(blob.CenterU, v)) && !IsFlyingBall(blob, largest))
            {
                foreach (var part in WhiteParts(blob, picture, backgroundLuma))
                {
                    var onBody = IsAboveLegs(blob, part) ? AboveLegs : 1;
                    place = PlaceWeight(part.CenterU, (part.Top + part.Bottom - 1) / 2.0);
                    if (Look(part, picture, backgroundLuma) is { } inside)
                    {
                        candidates.Add(inside with { Quality = inside.Quality * place * InsidePerson * onBody });
                    }
                }
            }
            else if (Look(blob, picture, backgroundLuma) is { } candidate)
            {
                place = PlaceWeight(candidate.U, candidate.V);
                var beside = blobs.Where(other => other.Area > blob.Area * 3 && other.Area > PersonAreaMin && IsBeside(other, blob)).MaxBy(other => other.Area);
                var body = beside is null ? 1 : IsAboveLegs(beside, blob) ? NearPerson * AboveLegs : NearPerson;
                candidates.Add(candidate with { Quality = candidate.Quality * place * body });
            }
        }

        return candidates.Count <= CandidatesMax ? candidates : [.. candidates.OrderByDescending(candidate => candidate.Quality).Take(CandidatesMax)];
    }

    /// <summary>Of a ball that lies on the ground that this pixel shows.</summary>
    public double DiameterPx(double u, double v)
    {
        // Above the horizon and beyond the far side it can only be in the air over the pitch: as small as it gets.
        var far = view.LengthM;
        return view.TryToGround(u, v, out var x, out var y) && view.MetresPerPixel(x, y) * view.Geometry.FocalPx < far
            ? PitchView.BallDiameterM / view.MetresPerPixel(x, y)
            : PitchView.BallDiameterM * view.Geometry.FocalPx / far;
    }

    /// <summary>Of a ball as high in the air, and so as near, as it can be in this pixel.</summary>
    private double LargestPx(double u, double v)
    {
        var largest = DiameterPx(u, v);
        for (var height = 2.0; height <= FlightM; height += 2)
        {
            if (view.TryToGround(u, v, out var x, out var y, height) && view.IsOnPitch(x, y))
            {
                largest = Math.Max(largest, PitchView.BallDiameterM / view.MetresPerPixel(x, y, height));
            }
        }

        return largest;
    }

    /// <summary>Beyond the near touchline lie spare balls and sit people; what is seen beyond the far one may be in the air over the pitch.</summary>
    public double PlaceWeight(double u, double v)
    {
        const double BeyondNear = 0.3, BeyondFar = 0.55, OverhangM = 1, GoalDepthM = 4;
        if (!view.IsRegistered)
        {
            return 1;
        }

        if (!view.TryToGround(u, v, out var x, out var y))
        {
            return BeyondFar;
        }

        var beyondGoal = Math.Max(-x, x - view.LengthM);
        return y < -OverhangM ? BeyondNear
            : y > view.WidthM + OverhangM || beyondGoal > GoalDepthM ? BeyondFar
            : 1;
    }

    /// <summary>Within the width of a body and higher than its legs.</summary>
    private static bool IsAboveLegs(Blob body, Blob part) =>
        body.Height > body.Width && part.CenterU >= body.Left && part.CenterU <= body.Right && (part.Top + part.Bottom) / 2.0 < body.Bottom - (body.Height * LegsShare);

    private static bool IsBallSized(Blob blob, double diameter) =>
        blob.Area >= 2 && blob.Width <= (diameter * 3.2) + 3 && blob.Height <= (diameter * 2.4) + 3 && blob.Area <= LookedThroughFrom * (diameter + 1.5) * (diameter + 1.5);

    /// <summary>Nearer than the ground behind it, and as round as nobody is.</summary>
    private static bool IsFlyingBall(Blob blob, double largest) =>
        blob.Area >= 2 && Math.Max(blob.Width, blob.Height) <= (largest * 1.4) + 3 && blob.Height <= (blob.Width * 1.35) + 1 && blob.Width <= (blob.Height * 2) + 1;

    /// <summary>Pieces of a person's blob that are white and of a ball's size.</summary>
    private IEnumerable<Blob> WhiteParts(Blob blob, PanoramaFrame picture, ReadOnlySpan<byte> backgroundLuma)
    {
        var box = new byte[blob.Width * blob.Height];
        foreach (var run in blob.Runs)
        {
            for (var x = run.From; x < run.To; x++)
            {
                var index = (run.Y * picture.Width) + x;
                if (picture.Y[index] - backgroundLuma[index] >= WhiteBy && Colour(picture, x, run.Y) <= WhiteColourMax)
                {
                    box[((run.Y - blob.Top) * blob.Width) + x - blob.Left] = 1;
                }
            }
        }

        return Blobs.Find(box, blob.Width, blob.Height)
            .Select(part => part.Moved(blob.Left, blob.Top))
            .Where(part => IsBallSized(part, DiameterPx(part.CenterU, part.Bottom)) && part.Area >= 0.25 * DiameterPx(part.CenterU, part.Bottom) * DiameterPx(part.CenterU, part.Bottom));
    }

    private BallCandidate? Look(Blob blob, PanoramaFrame picture, ReadOnlySpan<byte> backgroundLuma)
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
                    (peak, colour) = (over, Colour(picture, x, run.Y));
                }
            }
        }

        brighter /= blob.Area;
        if (brighter < BrighterBy || colour > ColourMax)
        {
            return null;
        }

        var (u, v) = (sumU / weights, sumV / weights);
        var round = Math.Min(blob.Width, blob.Height) / (double)Math.Max(blob.Width, blob.Height);
        // Of all sizes from the ground's up to the nearest flight's the one that fits best; a ball in the air is the rarer case.
        var (onGround, nearest) = (DiameterPx(u, v), LargestPx(u, v));
        var measured = Math.Sqrt(blob.Area / 0.8) - 0.8;
        var expected = Math.Clamp(measured, onGround, nearest);
        var size = blob.Area / (0.8 * (expected + 0.8) * (expected + 0.8));
        var fit = Math.Clamp(Math.Min(size, 1 / size), 0, 1) * (expected > onGround * 1.3 ? 0.9 : 1);
        var bright = Math.Clamp(peak / 60.0, 0.3, 1);
        return new BallCandidate(u, v, bright * (0.4 + (0.3 * round) + (0.3 * fit)), Math.Max(1, measured));
    }

    private static int Colour(PanoramaFrame picture, int x, int y)
    {
        var chroma = picture.ChromaIndex(x, y);
        return Math.Abs(picture.U[chroma] - 128) + Math.Abs(picture.V[chroma] - 128);
    }

    private static bool IsBeside(Blob big, Blob small)
    {
        var reach = Math.Max(2, big.Height * 0.12);
        return small.Right > big.Left - reach && small.Left < big.Right + reach && small.Bottom > big.Top - reach && small.Top < big.Bottom + reach;
    }
}
