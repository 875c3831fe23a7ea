using Rig.Domain.Match;
using Rig.Rehearsal.Truth;

namespace Rig.Tests.Detect;

public sealed class TruthScoreTests
{
    private static readonly PanoramaGeometry Geometry = TestGeometry.Create();

    private static readonly TruthFrame[] Truth =
    [
        .. Enumerable.Range(0, 30).Select(index => new TruthFrame(
            index / 10.0,
            [new(1, "a", 2, 20, 30, true), new(2, "b", 3, 60 + index, 40, true), new(3, "b", 4, 50, -6, true)],
            new TruthBall(50, 20, 1.5, index < 20))),
    ];

    [Fact]
    public void A_perfect_track_scores_full_marks_and_the_bench_does_not_count()
    {
        var score = Score(shiftM: 0, offsetS: 0, Ball());
        Assert.Equal((1.0, 1.0, 1.0), (score.PlayerRecall, score.PlayerPrecision, score.BallRecall));
        Assert.Equal(0, score.PositionErrorMMedian!.Value, 1e-9);
    }

    [Fact]
    public void A_track_beside_the_person_is_neither_recall_nor_precision()
    {
        Assert.Equal(0.5, Score(shiftM: 0.5, offsetS: 0, null).PositionErrorMMedian!.Value, 1e-9);
        var far = Score(shiftM: 2.5, offsetS: 0, null);
        Assert.Equal((0.0, 0.0, 0.0), (far.PlayerRecall, far.PlayerPrecision, far.BallRecall));
        Assert.Null(far.PositionErrorMMedian);
    }

    [Fact]
    public void The_panorama_s_start_is_counted_in()
    {
        var tracked = Tracked(0, null).Select(frame => frame with { TMs = frame.TMs - 500 }).Where(frame => frame.TMs >= 0);
        Assert.Equal(1, TruthScore.Compare(tracked, Truth, Geometry, matchZeroSeconds: 0.5).PlayerRecall);
    }

    [Fact]
    public void A_ball_that_any_camera_sees_is_in_view()
    {
        var blind = Truth.Select(frame => frame with { Ball = frame.Ball with { InView = false } }).ToArray();
        Assert.Equal(20, TruthScore.Merge([blind, Truth]).Count(frame => frame.Ball.InView));
        Assert.Empty(TruthScore.Merge([]));
    }

    private static TruthScoreResult Score(double shiftM, double offsetS, TrackedBall? ball) => TruthScore.Compare(Tracked(shiftM, ball), Truth, Geometry, offsetS);

    private static IEnumerable<TrackedFrame> Tracked(double shiftM, TrackedBall? ball) => Truth.Select(frame => new TrackedFrame(
        (long)Math.Round(frame.TSeconds * 1000),
        [.. frame.People.Where(person => person.Id < 3).Select(person => new TrackedPlayer(person.Id, null, 0, 0, 1, 1, 1, person.X, person.Y + shiftM))],
        ball));

    private static TrackedBall Ball() => Geometry.TryToPixel(50, 20, 1.5, out var u, out var v) ? new TrackedBall(u, v, 1, null, null) : throw new InvalidOperationException();
}
