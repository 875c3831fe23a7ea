using Rig.Domain.Match;

namespace Rig.Ingest.Events;

/// <summary>What draws the eye in one frame, panorama pixels.</summary>
/// <param name="Spread">Standard deviation of the players' columns around it.</param>
/// <param name="Weight">0 when nothing was seen.</param>
internal readonly record struct Attention(double TSeconds, double U, double V, double Spread, double Weight);

/// <summary>
/// The path of the camera that follows the play. It knows the whole match, so it looks ahead: the points of attention are smoothed
/// by a Gaussian over time, which starts a pan before the pass arrives and never overshoots.
/// </summary>
internal static class FollowPath
{
    private const double KeyEverySeconds = 0.5;
    private const double SigmaSeconds = 1.2;
    private const double MinFovDeg = 32;
    private const double MaxFovDeg = 62;

    /// <summary>The ball where it is seen, drawn a little towards the players round it; without it the middle of the players.</summary>
    public static Attention Of(TrackedFrame frame)
    {
        var feet = frame.Players.Select(p => (U: p.Left + (p.Width / 2), V: p.Top + p.Height)).ToList();
        var t = frame.TMs / 1000.0;
        if (feet.Count == 0)
        {
            return frame.Ball is { } lone ? new Attention(t, lone.U, lone.V, 0, lone.Confidence) : new Attention(t, 0, 0, 0, 0);
        }

        // The median shrugs off a keeper at the far end and people beside the pitch.
        var (midU, midV) = (Median(feet.Select(f => f.U)), Median(feet.Select(f => f.V)));
        if (frame.Ball is not { } ball)
        {
            return new Attention(t, midU, midV, Spread(feet, midU), 0.3);
        }

        return new Attention(t, (ball.U * 0.8) + (midU * 0.2), (ball.V * 0.8) + (midV * 0.2), Spread(feet, ball.U), Math.Max(0.5, ball.Confidence));
    }

    /// <returns>A key every half second over the whole duration; the panorama's middle where nothing was ever seen.</returns>
    public static IReadOnlyList<FollowKey> Plan(IReadOnlyList<Attention> attention, PanoramaGeometry geometry, double durationSeconds)
    {
        var keys = new List<FollowKey>();
        var from = 0;
        for (var t = 0.0; t <= durationSeconds + (KeyEverySeconds / 2); t += KeyEverySeconds)
        {
            while (from < attention.Count && attention[from].TSeconds < t - (3 * SigmaSeconds))
            {
                from++;
            }

            double u = 0, v = 0, spread = 0, weight = 0;
            for (var i = from; i < attention.Count && attention[i].TSeconds <= t + (3 * SigmaSeconds); i++)
            {
                var d = (attention[i].TSeconds - t) / SigmaSeconds;
                var w = attention[i].Weight * Math.Exp(-d * d / 2);
                u += w * attention[i].U;
                v += w * attention[i].V;
                spread += w * attention[i].Spread;
                weight += w;
            }

            keys.Add(weight > 1e-6
                ? Key(t, u / weight, v / weight, spread / weight, geometry)
                : keys.Count > 0 ? keys[^1] with { TSeconds = Math.Round(t, 3) } : Key(t, geometry.Width / 2.0, geometry.Height * 0.6, geometry.Width, geometry));
        }

        return keys;
    }

    private static FollowKey Key(double t, double u, double v, double spread, PanoramaGeometry geometry)
    {
        const double toDeg = 180 / Math.PI;
        // Near play fills the picture by itself; far play is zoomed in on, and never more than its players' spread allows.
        var down = Math.Atan((v - geometry.HorizonRow) / geometry.FocalPx) * toDeg;
        var bySpread = 2.2 * spread / geometry.FocalPx * toDeg;
        var byDistance = MinFovDeg + (Math.Max(0, down - 4) * 2);
        var fov = Math.Clamp(Math.Max(byDistance, bySpread * 0.6), MinFovDeg, MaxFovDeg);
        return new FollowKey(Math.Round(t, 3), Math.Round(geometry.YawOf(u) * toDeg, 3), Math.Round(down, 3), Math.Round(fov, 2));
    }

    private static double Spread(List<(double U, double V)> feet, double around) =>
        Math.Sqrt(feet.Average(f => (f.U - around) * (f.U - around)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
