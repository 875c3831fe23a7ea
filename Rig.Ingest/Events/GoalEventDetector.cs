using Rig.Domain.Match;

namespace Rig.Ingest.Events;

/// <summary>
/// Finds shots and goals in the ball's path. Every arrival of the ball at a goal is looked at: where its line of sight meets the
/// goal's upright plane, how fast it came, and what became of it. A ball that stays between the posts, or is next seen on the
/// centre spot, was a goal; one that came fast and went elsewhere was a shot.
/// </summary>
/// <remarks>docs/design/events.md says why each threshold is what it is.</remarks>
internal sealed class GoalEventDetector(PanoramaGeometry geometry, EventOptions options)
{
    private const double MouthToleranceM = 0.8;
    private const double WideByM = 3.5;
    private const double LowestM = -0.8;
    private const double HighestM = 5;
    private const double ApproachSeconds = 1.0;
    private const double AwayM = 15;
    private const double CentreSpotM = 4;
    private const double GoalDepthM = 2.6;
    private const double StillM = 0.6;
    private const double SettledSeconds = 0.5;
    private const double CarriedSeconds = 1.5;
    private const double CooldownSeconds = 4;

    private readonly PitchRegistration pitch = geometry.Pitch ?? throw new ArgumentException("Events need a registered pitch.", nameof(geometry));

    /// <param name="ball">In order of time.</param>
    /// <returns>In order of time.</returns>
    public IReadOnlyList<MatchEvent> Detect(IReadOnlyList<BallSample> ball)
    {
        var events = new List<MatchEvent>();
        foreach (var planeX in new[] { 0.0, pitch.LengthM })
        {
            events.AddRange(AtGoal(ball, planeX));
        }

        return [.. events.OrderBy(e => e.TimestampSeconds)];
    }

    private IEnumerable<MatchEvent> AtGoal(IReadOnlyList<BallSample> ball, double planeX)
    {
        var blockedUntil = double.NegativeInfinity;
        for (var i = 0; i < ball.Count; i++)
        {
            if (ball[i].TSeconds < blockedUntil || !IsNear(ball[i], planeX))
            {
                continue;
            }

            var speed = ApproachSpeed(ball, i, planeX);
            var last = LastOfStay(ball, i, planeX);
            var verdict = Judge(ball, i, last, planeX, speed);
            if (verdict is not null)
            {
                yield return verdict;
                blockedUntil = ball[last].TSeconds + CooldownSeconds;
            }

            i = last;
        }
    }

    private MatchEvent? Judge(IReadOnlyList<BallSample> ball, int first, int last, double planeX, double speed)
    {
        var inMouth = Enumerable.Range(first, last - first + 1).Where(i => IsInMouth(ball[i], planeX)).ToList();
        var endsInMouth = inMouth.Count > 0 && inMouth[^1] >= last - 1;
        var crossing = ball[inMouth.Count > 0 ? inMouth[0] : first];
        var fast = speed >= options.MinShotSpeedMps;
        if (endsInMouth)
        {
            switch (WhatBecameOf(ball, last, planeX))
            {
                case Aftermath.KickOff:
                    return Event("goal", crossing, planeX, fast ? 0.95 : 0.8);
                case Aftermath.NotSeenAgain when fast:
                    var settled = ball[last].TSeconds - crossing.TSeconds >= SettledSeconds;
                    return Event("goal", crossing, planeX, settled ? 0.75 : 0.6);
                default:
                    break;
            }
        }

        if (LiesInGoal(ball, first, last, planeX))
        {
            return Event("goal", crossing, planeX, 0.85);
        }

        return fast ? Event("shot", crossing, planeX, inMouth.Count > 0 ? 0.7 : 0.5) : null;
    }

    private enum Aftermath
    {
        PlayedOn,
        KickOff,
        NotSeenAgain,
    }

    private Aftermath WhatBecameOf(IReadOnlyList<BallSample> ball, int last, double planeX)
    {
        for (var i = last + 1; i < ball.Count && ball[i].TSeconds - ball[last].TSeconds <= options.KickOffWithinSeconds; i++)
        {
            var gap = ball[i].TSeconds - ball[i - 1].TSeconds;
            var onCentreSpot = Distance(ball[i].X, ball[i].Y, pitch.LengthM / 2, pitch.WidthM / 2) <= CentreSpotM;
            if (onCentreSpot && (CameToRest(ball, i) || gap >= CarriedSeconds))
            {
                return Aftermath.KickOff;
            }

            // Seen in play before any kick-off: whatever kick-off follows is another goal's.
            if (Distance(ball[i].X, ball[i].Y, planeX, pitch.WidthM / 2) > AwayM)
            {
                return Aftermath.PlayedOn;
            }
        }

        return last == ball.Count - 1 || ball[^1].TSeconds - ball[last].TSeconds < SettledSeconds ? Aftermath.NotSeenAgain : Aftermath.PlayedOn;
    }

    /// <summary>Whether the ball lies still behind the line and between the posts; a ball in the air seems to lie farther off.</summary>
    private bool LiesInGoal(IReadOnlyList<BallSample> ball, int first, int last, double planeX)
    {
        for (var i = first; i <= last; i++)
        {
            var until = i;
            while (until < last && IsInsideGoal(ball[until + 1], planeX) && Distance(ball[until + 1].X, ball[until + 1].Y, ball[i].X, ball[i].Y) <= StillM)
            {
                until++;
            }

            if (IsInsideGoal(ball[i], planeX) && until - i >= 2 && ball[until].TSeconds - ball[i].TSeconds >= SettledSeconds)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsInsideGoal(BallSample sample, double planeX)
    {
        var behind = planeX == 0 ? -sample.X : sample.X - planeX;
        return behind is >= 0 and <= GoalDepthM && Math.Abs(sample.Y - (pitch.WidthM / 2)) <= (options.GoalWidthM / 2) + MouthToleranceM;
    }

    /// <summary>Whether the ball lies still for half a second from this sample on.</summary>
    private static bool CameToRest(IReadOnlyList<BallSample> ball, int from)
    {
        var i = from;
        while (i + 1 < ball.Count && ball[i + 1].TSeconds - ball[from].TSeconds <= SettledSeconds)
        {
            i++;
        }

        return i > from && Distance(ball[i].X, ball[i].Y, ball[from].X, ball[from].Y) < 1;
    }

    /// <summary>The last sample before the ball is seen elsewhere, twice running, or no more.</summary>
    private int LastOfStay(IReadOnlyList<BallSample> ball, int first, double planeX)
    {
        var last = first;
        var elsewhere = 0;
        for (var i = first + 1; i < ball.Count && elsewhere < 2 && ball[i].TSeconds - ball[last].TSeconds < 5; i++)
        {
            if (IsNear(ball[i], planeX))
            {
                last = i;
                elsewhere = 0;
            }
            else
            {
                elsewhere++;
            }
        }

        return last;
    }

    /// <summary>Metres a second towards the goal over the second before; 0 when the ball was not seen coming from the pitch.</summary>
    private double ApproachSpeed(IReadOnlyList<BallSample> ball, int arrival, double planeX)
    {
        // A ball in the air seems to lie far beyond the goal; its place on the goal's own plane is the nearer truth then.
        geometry.TryToUprightPlane(ball[arrival].U, ball[arrival].V, planeX, out var planeY, out _);
        var beyond = planeX == 0 ? ball[arrival].X < 0 : ball[arrival].X > planeX;
        var (x, y) = beyond ? (planeX, planeY) : (ball[arrival].X, ball[arrival].Y);
        var fastest = 0.0;
        for (var i = arrival - 1; i >= 0 && ball[arrival].TSeconds - ball[i].TSeconds <= ApproachSeconds; i--)
        {
            var elapsed = ball[arrival].TSeconds - ball[i].TSeconds;
            if (elapsed >= 0.25 && ball[i].X >= -1 && ball[i].X <= pitch.LengthM + 1)
            {
                fastest = Math.Max(fastest, Distance(ball[i].X, ball[i].Y, x, y) / elapsed);
            }
        }

        return fastest;
    }

    private bool IsNear(BallSample sample, double planeX) => IsWithin(sample, planeX, WideByM, HighestM);

    private bool IsInMouth(BallSample sample, double planeX) => IsWithin(sample, planeX, MouthToleranceM, options.GoalHeightM + MouthToleranceM);

    private bool IsWithin(BallSample sample, double planeX, double besideM, double highestM) =>
        geometry.TryToUprightPlane(sample.U, sample.V, planeX, out var y, out var z)
        && Math.Abs(y - (pitch.WidthM / 2)) <= (options.GoalWidthM / 2) + besideM
        && z >= LowestM && z <= highestM;

    private MatchEvent Event(string type, BallSample at, double planeX, double confidence)
    {
        geometry.TryToUprightPlane(at.U, at.V, planeX, out var y, out _);
        var side = planeX == 0 ? "left" : "right";
        return new MatchEvent(
            type,
            Math.Round(at.TSeconds, 2),
            confidence,
            planeX,
            Math.Round(y, 1),
            Description: type == "goal" ? $"Goal at the {side} end" : $"Shot at the {side} goal");
    }

    private static double Distance(double x1, double y1, double x2, double y2) => Math.Sqrt(((x1 - x2) * (x1 - x2)) + ((y1 - y2) * (y1 - y2)));
}
