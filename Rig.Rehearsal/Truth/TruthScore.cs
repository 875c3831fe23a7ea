using Rig.Domain.Match;

namespace Rig.Rehearsal.Truth;

/// <param name="PlayerRecall">Share of the people on the pitch who were found.</param>
/// <param name="PlayerPrecision">Share of what was found that was a person.</param>
/// <param name="BallRecall">Share of the frames with a visible ball in which it was found.</param>
/// <param name="PositionErrorMMedian">Median distance between people and where they were found, metres; null when nobody was.</param>
/// <param name="Idf1">How well ids stay with people: 1 where everybody on the pitch has one id of his own all the time.</param>
public sealed record TruthScoreResult(int Frames, double PlayerRecall, double PlayerPrecision, double BallRecall, double? PositionErrorMMedian, double Idf1);

/// <summary>Compares tracks with what a synthetic match really contained.</summary>
public static class TruthScore
{
    /// <summary>A person counts as found when one track of his own is within this distance.</summary>
    public const double MatchM = 2;

    /// <summary>People farther outside the lines than this do not count, found or not.</summary>
    public const double MarginM = 2;

    /// <summary>The ball counts as found when it is drawn within this distance at its place, across the line of sight.</summary>
    public const double BallMatchM = 1;

    /// <param name="truth">
    /// In order of time. The ball counts where <see cref="TruthBall.InView"/> says so; use <see cref="Merge"/> for several cameras.
    /// </param>
    /// <param name="matchZeroSeconds">Match time at the panorama's time 0.</param>
    public static TruthScoreResult Compare(
        IEnumerable<TrackedFrame> tracked, IReadOnlyList<TruthFrame> truth, PanoramaGeometry geometry, double matchZeroSeconds)
    {
        var (frames, people, foundPeople, tracks, rightTracks, balls, foundBalls) = (0, 0, 0, 0, 0, 0, 0);
        var errors = new List<double>();
        var ids = new IdentityScore();
        foreach (var frame in tracked)
        {
            if (Nearest(truth, (frame.TMs / 1000.0) + matchZeroSeconds) is not { } real)
            {
                continue;
            }

            frames++;
            var candidates = frame.Players.Where(player => player.X is not null && player.Y is not null).ToList();
            var match = Match(real.People, candidates);
            ids.Add(
                real.People.Where(person => IsOnPitch(geometry, person.X, person.Y)).Select(person => (person.Id, person.X, person.Y)),
                candidates.Where(player => IsOnPitch(geometry, player.X!.Value, player.Y!.Value)).Select(player => (player.Id, player.X!.Value, player.Y!.Value)));
            for (var index = 0; index < real.People.Count; index++)
            {
                var person = real.People[index];
                people += IsOnPitch(geometry, person.X, person.Y) ? 1 : 0;
                if (match[index] >= 0)
                {
                    foundPeople += IsOnPitch(geometry, person.X, person.Y) ? 1 : 0;
                    errors.Add(Distance(person, candidates[match[index]]));
                }
            }

            rightTracks += match.Count(column => column >= 0);
            tracks += frame.Players.Count;
            if (real.Ball.InView)
            {
                balls++;
                foundBalls += frame.Ball is { } ball && IsBall(geometry, real.Ball, ball) ? 1 : 0;
            }
        }

        errors.Sort();
        return new TruthScoreResult(
            frames, Share(foundPeople, people), Share(rightTracks, tracks), Share(foundBalls, balls), errors.Count == 0 ? null : errors[errors.Count / 2], ids.Idf1());
    }

    /// <summary>One truth out of several cameras': the ball is in view where any of them sees it. Frames are paired by time.</summary>
    public static IReadOnlyList<TruthFrame> Merge(IReadOnlyList<IReadOnlyList<TruthFrame>> cameras) =>
        cameras.Count == 0
            ? []
            : [.. cameras[0].Select(frame => frame with { Ball = frame.Ball with { InView = cameras.Any(camera => Nearest(camera, frame.TSeconds)?.Ball.InView == true) } })];

    /// <summary>The truth at this instant; null when none is within 50 ms.</summary>
    private static TruthFrame? Nearest(IReadOnlyList<TruthFrame> truth, double seconds)
    {
        var (low, high) = (0, truth.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = truth[middle].TSeconds < seconds ? (middle + 1, high) : (low, middle);
        }

        var best = truth.Skip(Math.Max(0, low - 1)).Take(2).MinBy(frame => Math.Abs(frame.TSeconds - seconds));
        return best is not null && Math.Abs(best.TSeconds - seconds) <= 0.05 ? best : null;
    }

    private static int[] Match(IReadOnlyList<TruthPerson> people, List<TrackedPlayer> candidates)
    {
        var costs = new double[people.Count, candidates.Count];
        for (var row = 0; row < people.Count; row++)
        {
            for (var column = 0; column < candidates.Count; column++)
            {
                costs[row, column] = Distance(people[row], candidates[column]);
            }
        }

        return Assignment.Solve(costs, MatchM);
    }

    private static bool IsBall(PanoramaGeometry geometry, TruthBall real, TrackedBall found) =>
        geometry.TryToPixel(real.X, real.Y, real.Z, out var u, out var v)
        && geometry.Pitch is { } pitch
        && Math.Sqrt(((u - found.U) * (u - found.U)) + ((v - found.V) * (v - found.V))) <= BallMatchM * geometry.FocalPx / RangeM(pitch, real);

    private static double RangeM(PitchRegistration pitch, TruthBall ball)
    {
        var (dx, dy, dz) = (ball.X - pitch.CameraX, ball.Y - pitch.CameraY, ball.Z - pitch.CameraZ);
        return Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz));
    }

    private static bool IsOnPitch(PanoramaGeometry geometry, double x, double y) =>
        geometry.Pitch is { } pitch && x >= -MarginM && x <= pitch.LengthM + MarginM && y >= -MarginM && y <= pitch.WidthM + MarginM;

    private static double Distance(TruthPerson person, TrackedPlayer found)
    {
        var (dx, dy) = (person.X - found.X!.Value, person.Y - found.Y!.Value);
        return Math.Sqrt((dx * dx) + (dy * dy));
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : part / (double)whole;
}
