using Rig.Domain.Match;
using Rig.Ingest.Events;
using Rig.Tests.Support;

namespace Rig.Tests.Events;

public sealed class GoalEventDetectorTests
{
    private readonly List<BallSample> path = [];
    private double now;

    [Fact]
    public void A_ball_that_flies_between_the_posts_and_is_next_on_the_centre_spot_was_a_goal()
    {
        Move(60, 30, 0.1, 85, 33, 0.1, seconds: 3);
        Move(85, 33, 0.1, 105.5, 35, 1.2, seconds: 1.1);
        Rest(106.2, 35, 0.1, seconds: 1.5);
        now += 4;
        Rest(52.5, 34, 0.1, seconds: 1);
        Move(52.5, 34, 0.1, 40, 30, 0.1, seconds: 2);

        var goal = Assert.Single(Detect());
        Assert.Equal("goal", goal.Type);
        Assert.InRange(goal.TimestampSeconds, 3.6, 4.4);
        Assert.True(goal.Confidence >= 0.9);
        Assert.Equal(105, goal.X);
    }

    [Fact]
    public void A_goal_at_the_end_of_the_recording_is_a_goal_with_less_confidence()
    {
        Move(30, 30, 0.1, 20, 36, 0.1, seconds: 1.5);
        Move(20, 36, 0.1, -1, 33, 1.0, seconds: 1.2);
        Rest(-1.2, 33, 0.1, seconds: 1);

        var goal = Assert.Single(Detect());
        Assert.Equal("goal", goal.Type);
        Assert.Equal(0, goal.X);
        Assert.InRange(goal.Confidence, 0.5, 0.9);
    }

    [Fact]
    public void A_shot_the_keeper_holds_and_kicks_out_is_a_shot()
    {
        Move(70, 20, 0.1, 88, 30, 0.1, seconds: 2);
        Move(88, 30, 0.1, 104, 35, 0.8, seconds: 0.9);
        Rest(104, 35, 1.0, seconds: 2);
        Move(104, 35, 1.0, 70, 20, 0.1, seconds: 2);
        Move(70, 20, 0.1, 52.5, 34, 0.1, seconds: 2);
        Move(52.5, 34, 0.1, 30, 40, 0.1, seconds: 2);

        Assert.Equal(["shot"], Detect().Select(e => e.Type));
    }

    [Fact]
    public void A_shot_past_the_post_is_a_shot()
    {
        Move(70, 20, 0.1, 86, 30, 0.1, seconds: 2);
        Move(86, 30, 0.1, 107, 40, 0.5, seconds: 1.1);
        now += 5;
        Rest(100, 34, 0.1, seconds: 1);
        Move(100, 34, 0.1, 60, 20, 0.1, seconds: 3);

        Assert.Equal(["shot"], Detect().Select(e => e.Type));
    }

    [Fact]
    public void Play_in_midfield_and_down_the_wings_is_no_event()
    {
        Move(20, 10, 0.1, 80, 5, 0.1, seconds: 5);
        Move(80, 5, 0.1, 95, 60, 3, seconds: 3);
        Move(95, 60, 0.1, 52.5, 34, 0.1, seconds: 4);
        Move(52.5, 34, 0.1, 10, 64, 0.1, seconds: 5);

        Assert.Empty(Detect());
    }

    [Fact]
    public void A_slow_back_pass_to_the_keeper_is_no_shot()
    {
        Move(85, 30, 0.1, 103, 34, 0.1, seconds: 6);
        Rest(103, 34, 0.1, seconds: 1);
        Move(103, 34, 0.1, 80, 20, 0.1, seconds: 3);

        Assert.Empty(Detect());
    }

    [Fact]
    public void Two_goals_are_two_goals()
    {
        for (var i = 0; i < 2; i++)
        {
            Move(52.5, 34, 0.1, 85, 33, 0.1, seconds: 3);
            Move(85, 33, 0.1, 106, 34.5, 0.4, seconds: 1);
            Rest(106, 34.5, 0.1, seconds: 1);
            now += 3;
            Rest(52.5, 34, 0.1, seconds: 1);
        }

        Assert.Equal(["goal", "goal"], Detect().Select(e => e.Type));
    }

    [Fact]
    public void A_ball_that_lies_in_the_net_was_a_goal_even_if_it_is_thrown_back_over_the_pitch()
    {
        Move(52.5, 34, 0.1, 93, 33, 0.1, seconds: 3);
        Move(93, 33, 0.1, 106.5, 32, 0.5, seconds: 0.6);
        Rest(106.6, 32, 0.1, seconds: 1.4);
        Move(106.6, 32, 0.1, 80, 33, 5, seconds: 1.1);
        Move(80, 33, 5, 52.5, 34, 0.1, seconds: 1.1);
        Rest(52.5, 34, 0.1, seconds: 1.5);

        Assert.Equal(["goal"], Detect().Select(e => e.Type));
    }

    [Fact]
    public void A_save_is_not_made_a_goal_by_the_kick_off_after_a_later_one()
    {
        Move(85, 30, 0.1, 104, 34.5, 0.6, seconds: 0.9);
        now += 1.5;
        Move(93, 22, 0.1, 80, 36, 0.1, seconds: 2);
        Move(80, 36, 0.1, 93, 35, 0.1, seconds: 1);
        Move(93, 35, 0.1, 106.5, 35, 0.5, seconds: 0.6);
        Rest(106.6, 35, 0.1, seconds: 1.4);
        now += 3;
        Rest(52.5, 34, 0.1, seconds: 1.5);

        Assert.Equal(["shot", "goal"], Detect().Select(e => e.Type));
    }

    private IReadOnlyList<MatchEvent> Detect() => new GoalEventDetector(TestPanorama.Geometry, new EventOptions()).Detect(path);

    private void Rest(double x, double y, double z, double seconds) => Move(x, y, z, x, y, z, seconds);

    private void Move(double x1, double y1, double z1, double x2, double y2, double z2, double seconds)
    {
        const double step = 0.1;
        for (var t = 0.0; t < seconds; t += step, now += step)
        {
            var f = t / seconds;
            Assert.True(TestPanorama.Geometry.TryToPixel(x1 + (f * (x2 - x1)), y1 + (f * (y2 - y1)), z1 + (f * (z2 - z1)), out var u, out var v));
            if (TestPanorama.Geometry.TryToPitch(u, v, out var x, out var y))
            {
                path.Add(new BallSample(now, u, v, x, y));
            }
        }
    }
}
