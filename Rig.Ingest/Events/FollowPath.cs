using Rig.Domain.Match;

namespace Rig.Ingest.Events;

/// <summary>
/// The path of the camera that follows the play. It knows the whole match, so it looks ahead: a calm curve through where the ball is,
/// a little before it is there; see docs/design/events.md.
/// </summary>
internal static class FollowPath
{
    public const double PanAccelerationMax = 8;
    private const double KeyEverySeconds = 0.5;

    /// <summary>The camera is ahead of the play by this.</summary>
    private const double LeadSeconds = 0.25;
    private const double MinFovDeg = 32;
    private const double MaxFovDeg = 75;
    private const double SmoothSeconds = 0.6;
    private const double PanSpeedMax = 35;
    private const double TiltAccelerationMax = 4;
    private const double TiltSpeedMax = 15;
    private const double ZoomSmoothSeconds = 1;

    /// <summary>What moves within this does not move the camera.</summary>
    private const double DeadZoneDeg = 1.5;

    /// <summary>Of the players' middle beside a ball that is seen, where there is none.</summary>
    private const double PlayersWeight = 0.02;

    /// <summary>A position this far from the median of those around it is a false one.</summary>
    private const double OutlierDeg = 12;
    private const double OutlierWindowSeconds = 0.75;
    private const double OutlierWeight = 0.05;
    private const double ToDeg = 180 / Math.PI;

    /// <returns>A key every half second over the whole duration; the panorama's middle where nothing was ever seen.</returns>
    public static IReadOnlyList<FollowKey> Plan(IReadOnlyList<Attention> attention, PanoramaGeometry geometry, double durationSeconds)
    {
        var count = (int)Math.Floor((durationSeconds + (KeyEverySeconds / 2)) / KeyEverySeconds) + 1;
        var looks = Looks(attention, geometry);
        var (yaw, tilt) = (new (double Value, double Weight)[count], new (double Value, double Weight)[count]);
        var first = 0;
        for (var key = 0; key < count; key++)
        {
            var t = (key * KeyEverySeconds) + LeadSeconds;
            double yaws = 0, tilts = 0, weights = 0, samples = 0;
            while (first < looks.Count && looks[first].TSeconds < t - (KeyEverySeconds / 2))
            {
                first++;
            }

            for (var i = first; i < looks.Count && looks[i].TSeconds <= t + (KeyEverySeconds / 2); i++)
            {
                var look = looks[i];
                (yaws, tilts, weights, samples) = (yaws + (look.Weight * look.YawDeg), tilts + (look.Weight * look.TiltDeg), weights + look.Weight, samples + 1);
            }

            if (weights > 0)
            {
                (yaw[key], tilt[key]) = ((yaws / weights, weights / samples), (tilts / weights, weights / samples));
            }
        }

        if (yaw.All(sample => sample.Weight == 0))
        {
            var middle = Math.Atan(((geometry.Height * 0.6) - geometry.HorizonRow) / geometry.FocalPx) * ToDeg;
            return [.. Enumerable.Range(0, count).Select(key => new FollowKey(key * KeyEverySeconds, 0, Math.Round(middle, 3), MaxFovDeg))];
        }

        var pans = Calm(Steadied(yaw), PanAccelerationMax, PanSpeedMax);
        var downs = Calm(Steadied(tilt), TiltAccelerationMax, TiltSpeedMax);
        var fovs = Fovs(attention, geometry, pans, downs);
        return [.. Enumerable.Range(0, count).Select(key =>
            new FollowKey(Math.Round(key * KeyEverySeconds, 3), Math.Round(pans[key], 3), Math.Round(downs[key], 3), Math.Round(Math.Clamp(fovs[key], MinFovDeg, MaxFovDeg), 2)))];
    }

    /// <summary>Largest acceleration of the pan along a path as <see cref="FollowTrack"/> draws it, degrees a second squared.</summary>
    public static double MaxPanAcceleration(IReadOnlyList<FollowKey> keys) => MaxAcceleration([.. keys.Select(key => key.YawDeg)]);

    /// <summary>Where each frame asks the camera to look. Balls that stand out from those around them in time hardly count.</summary>
    private static List<(double TSeconds, double YawDeg, double TiltDeg, double Weight)> Looks(IReadOnlyList<Attention> attention, PanoramaGeometry geometry)
    {
        var looks = new List<(double, double, double, double)>();
        var (from, to) = (0, 0);
        foreach (var frame in attention)
        {
            while (attention[from].TSeconds < frame.TSeconds - OutlierWindowSeconds)
            {
                from++;
            }

            while (to < attention.Count && attention[to].TSeconds <= frame.TSeconds + OutlierWindowSeconds)
            {
                to++;
            }

            if (frame.Ball is { } ball)
            {
                var around = Enumerable.Range(from, to - from).Where(i => attention[i].Ball is not null).Select(i => geometry.YawOf(attention[i].Ball!.Value.U) * ToDeg).Order().ToList();
                var yaw = geometry.YawOf(ball.U) * ToDeg;
                var weight = ball.Confidence * ball.Confidence * (Math.Abs(yaw - around[around.Count / 2]) > OutlierDeg ? OutlierWeight : 1);
                // A ball in the air lifts nobody's eyes off the players below it.
                var v = frame.Players is { } below ? Math.Max(ball.V, below.FarV) : ball.V;
                looks.Add((frame.TSeconds, yaw, Down(v, geometry), weight));
            }
            else if (frame.Players is { } players)
            {
                looks.Add((frame.TSeconds, geometry.YawOf(players.U) * ToDeg, Down(players.V, geometry), PlayersWeight));
            }
        }

        return looks;
    }

    /// <summary>
    /// The path of a camera that is only moved when its target leaves the dead zone; drawn from both ends, so that it lags neither way.
    /// </summary>
    private static (double Value, double Weight)[] Steadied((double Value, double Weight)[] samples)
    {
        var forward = Dragged(samples);
        var backward = Dragged([.. samples.Reverse()]);
        return [.. samples.Select((sample, i) => (sample.Weight > 0 ? (forward[i] + backward[samples.Length - 1 - i]) / 2 : 0, sample.Weight))];
    }

    private static double[] Dragged((double Value, double Weight)[] samples)
    {
        var dragged = new double[samples.Length];
        double? at = null;
        for (var i = 0; i < samples.Length; i++)
        {
            if (samples[i].Weight > 0)
            {
                at = at is { } held ? Math.Clamp(held, samples[i].Value - DeadZoneDeg, samples[i].Value + DeadZoneDeg) : samples[i].Value;
            }

            dragged[i] = at ?? 0;
        }

        return dragged;
    }

    /// <summary>Between keys a cubic bends more than at them, so the limit at the keys is lowered until the whole path keeps it.</summary>
    private static double[] Calm((double Value, double Weight)[] samples, double accelerationMax, double speedMax)
    {
        const int Tries = 8;
        const double Lower = 0.8;
        var values = CalmCurve.Through(samples, KeyEverySeconds, SmoothSeconds, accelerationMax, speedMax);
        var limit = accelerationMax;
        for (var attempt = 0; attempt < Tries && MaxAcceleration(values) > accelerationMax; attempt++)
        {
            limit *= Lower;
            values = CalmCurve.Through(samples, KeyEverySeconds, SmoothSeconds, limit, speedMax);
        }

        return values;
    }

    /// <summary>A cubic's second derivative is largest at one of its ends.</summary>
    private static double MaxAcceleration(double[] values)
    {
        var largest = 0.0;
        for (var i = 0; i + 1 < values.Length; i++)
        {
            var step = values[i + 1] - values[i];
            var start = i > 0 ? (values[i + 1] - values[i - 1]) / 2 : step;
            var end = i + 2 < values.Length ? (values[i + 2] - values[i]) / 2 : step;
            largest = Math.Max(largest, Math.Max(Math.Abs((6 * step) - (4 * start) - (2 * end)), Math.Abs((2 * start) + (4 * end) - (6 * step))));
        }

        return largest / (KeyEverySeconds * KeyEverySeconds);
    }

    /// <summary>
    /// Near play fills the picture by itself; far play is zoomed in on. Wider where the ball runs ahead of the camera or away from its
    /// middle, and where it is not known: then as wide as the players stand.
    /// </summary>
    private static double[] Fovs(IReadOnlyList<Attention> attention, PanoramaGeometry geometry, double[] pans, double[] downs)
    {
        const double NearFromDeg = 4, AroundBallDeg = 6, AboveBallDeg = 2.5, Aspect = 16.0 / 9, PlayersShare = 0.8, WindowSeconds = 1, Spare = 2;
        var wanted = new (double Value, double Weight)[pans.Length];
        for (var key = 0; key < pans.Length; key++)
        {
            wanted[key] = (MinFovDeg + (Math.Max(0, downs[key] - NearFromDeg) * 2), 1);
        }

        foreach (var frame in attention)
        {
            var at = Math.Clamp(frame.TSeconds / KeyEverySeconds, 0, pans.Length - 1);
            var (low, part) = ((int)at, at - (int)at);
            var high = Math.Min(low + 1, pans.Length - 1);
            double need;
            if (frame.Ball is { } ball)
            {
                var aside = Math.Abs((geometry.YawOf(ball.U) * ToDeg) - Mix(pans)) + AroundBallDeg;
                var above = Math.Abs(Down(ball.V, geometry) - Mix(downs)) + AboveBallDeg;
                need = Math.Max(2 * aside, 2 * Math.Atan(Math.Tan(above / ToDeg) * Aspect) * ToDeg) + Spare;
            }
            else if (frame.Players is { } players)
            {
                need = PlayersShare * (players.ToU - players.FromU) / geometry.FocalPx * ToDeg;
            }
            else
            {
                continue;
            }

            var (from, to) = ((int)Math.Ceiling((frame.TSeconds - WindowSeconds) / KeyEverySeconds), (int)Math.Floor((frame.TSeconds + WindowSeconds) / KeyEverySeconds));
            for (var key = Math.Max(0, from); key <= Math.Min(pans.Length - 1, to); key++)
            {
                wanted[key] = (Math.Max(wanted[key].Value, Math.Min(need, MaxFovDeg)), 1);
            }

            double Mix(double[] values) => values[low] + (part * (values[high] - values[low]));
        }

        return CalmCurve.Through(wanted, KeyEverySeconds, ZoomSmoothSeconds, double.PositiveInfinity, double.PositiveInfinity);
    }

    private static double Down(double v, PanoramaGeometry geometry) => Math.Atan((v - geometry.HorizonRow) / geometry.FocalPx) * ToDeg;
}
