using Rig.Domain.Match;
using Rig.Ingest.Events;
using Rig.Tests.Support;

namespace Rig.Tests.Events;

public sealed class FollowPathTests
{
    private static readonly PanoramaGeometry Geometry = TestPanorama.Geometry;

    [Fact]
    public void The_camera_looks_at_the_ball_that_runs_and_never_jumps()
    {
        var frames = Enumerable.Range(0, 200).Select(i => Frame(i * 100, 600 + (i * 9), 450)).ToList();

        var keys = FollowPath.Plan([.. frames.Select(Attention.Of)], Geometry, 20);

        Assert.Equal(41, keys.Count);
        // A little ahead of it.
        var middle = keys[20];
        Assert.InRange(middle.YawDeg - ((600 + (100 * 9) - 1500) / 900.0 * 180 / Math.PI), 0.5, 3);
        Assert.All(keys.Zip(keys.Skip(1)), pair => Assert.InRange(Math.Abs(pair.Second.YawDeg - pair.First.YawDeg), 0, 6));
    }

    [Fact]
    public void The_pan_starts_before_the_pass_arrives()
    {
        var frames = Enumerable.Range(0, 200).Select(i => Frame(i * 100, i < 100 ? 800 : 2000, 450)).ToList();

        var keys = FollowPath.Plan([.. frames.Select(Attention.Of)], Geometry, 20);

        Assert.True(keys.Single(k => k.TSeconds == 9).YawDeg > keys.Single(k => k.TSeconds == 4).YawDeg + 2);
    }

    [Fact]
    public void Without_a_ball_the_middle_of_the_players_is_followed()
    {
        var players = new[] { 900.0, 1000, 1100, 2900 }.Select((u, i) => new TrackedPlayer(i, null, u - 10, 400, 20, 50, 1, null, null)).ToList();
        var keys = FollowPath.Plan([Attention.Of(new TrackedFrame(0, players, null))], Geometry, 0);

        Assert.InRange(keys[0].YawDeg, (1000 - 1500) / 900.0 * 180 / Math.PI - 0.1, (1100 - 1500) / 900.0 * 180 / Math.PI + 0.1);
    }

    [Fact]
    public void A_match_in_which_nothing_was_seen_shows_the_middle()
    {
        var keys = FollowPath.Plan([], Geometry, 2);

        Assert.Equal(5, keys.Count);
        Assert.All(keys, k => Assert.Equal(0, k.YawDeg));
    }

    [Fact]
    public void However_far_a_ball_is_played_the_camera_keeps_within_its_acceleration()
    {
        var frames = Enumerable.Range(0, 300).Select(i => Frame(i * 100, (i / 50) % 2 == 0 ? 300 : 2600, 450)).ToList();

        var keys = FollowPath.Plan([.. frames.Select(Attention.Of)], Geometry, 30);

        Assert.InRange(FollowPath.MaxPanAcceleration(keys), 0.5, FollowPath.PanAccelerationMax);
        const double Step = 0.01;
        var speeds = Enumerable.Range(0, 2990).Select(i => (FollowTrack.At(keys, (i + 1) * Step).YawDeg - FollowTrack.At(keys, i * Step).YawDeg) / Step).ToList();
        Assert.All(speeds.Zip(speeds.Skip(1)), pair => Assert.InRange(Math.Abs(pair.Second - pair.First) / Step, 0, FollowPath.PanAccelerationMax + 0.5));
    }

    [Fact]
    public void A_false_ball_of_half_a_second_moves_nothing()
    {
        var frames = Enumerable.Range(0, 200).Select(i => Frame(i * 100, i is >= 100 and < 105 ? 2700 : 1500, 450)).ToList();

        var keys = FollowPath.Plan([.. frames.Select(Attention.Of)], Geometry, 20);

        Assert.All(keys, key => Assert.InRange(key.YawDeg, -2.5, 2.5));
    }

    [Fact]
    public void A_ball_that_rolls_to_and_fro_at_a_stoppage_does_not_move_the_camera()
    {
        var frames = Enumerable.Range(0, 200).Select(i => Frame(i * 100, 1500 + (20 * Math.Sin(i / 5.0)), 450)).ToList();

        var keys = FollowPath.Plan([.. frames.Select(Attention.Of)], Geometry, 20);

        Assert.All(keys.Zip(keys.Skip(1)), pair => Assert.InRange(Math.Abs(pair.Second.YawDeg - pair.First.YawDeg), 0, 0.2));
    }

    [Fact]
    public void Without_a_ball_the_picture_is_as_wide_as_the_players_stand()
    {
        var players = Enumerable.Range(0, 20).Select(i => new TrackedPlayer(i, null, 800 + (i * 70), 400, 20, 50, 1, null, null)).ToList();
        var keys = FollowPath.Plan([.. Enumerable.Range(0, 100).Select(i => Attention.Of(new TrackedFrame(i * 100, players, null)))], Geometry, 10);

        Assert.All(keys, key => Assert.InRange(key.FovDeg, 50, 75));
        Assert.InRange(FollowPath.MaxPanAcceleration(keys), 0, 0.1);
    }

    private static TrackedFrame Frame(long tMs, double u, double v) =>
        new(tMs, [.. Enumerable.Range(0, 8).Select(i => new TrackedPlayer(i, null, u + ((i - 4) * 40), v - 50, 20, 50, 1, null, null))], new TrackedBall(u, v, 0.9, null, null));
}
