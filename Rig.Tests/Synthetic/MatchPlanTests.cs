using Rig.Rehearsal.DrawnMatch;

namespace Rig.Tests.Synthetic;

public sealed class MatchPlanTests
{
    private const double HourS = 3600;
    private static readonly int[] Seeds = [1, 2, 3, 77, -5];

    [Fact]
    public void The_first_goal_falls_within_fifteen_seconds_and_a_shot_comes_before_it()
    {
        foreach (var seed in Seeds)
        {
            var events = new MatchPlan(seed).Events;
            Assert.Equal(["shot", "goal"], events.Take(2).Select(e => e.Type));
            Assert.InRange(events[1].TimestampSeconds, 8, 15);
            Assert.True(events[1].TimestampSeconds - events[0].TimestampSeconds > 5, $"seed {seed}: shot and goal lie too close to be told apart");
        }
    }

    [Fact]
    public void Goals_keep_falling_for_an_hour_and_both_teams_score()
    {
        foreach (var seed in Seeds)
        {
            var goals = new MatchPlan(seed).Events.Where(e => e.Type == "goal" && e.TimestampSeconds < HourS).ToList();
            Assert.All(goals.Zip(goals.Skip(1)), pair => Assert.InRange(pair.Second.TimestampSeconds - pair.First.TimestampSeconds, 10, 24));
            Assert.Equal(["a", "b"], goals.Select(goal => goal.Team).Distinct());
        }
    }

    [Fact]
    public void The_ball_crosses_the_line_between_the_posts_and_under_the_bar_at_every_goal()
    {
        var plan = new MatchPlan(4);
        foreach (var goal in plan.Events.Where(e => e.Type == "goal"))
        {
            var ball = plan.BallAt(goal.TimestampSeconds);
            Assert.Equal(goal.Team == "a" ? PitchPlan.LengthM : 0, ball.X, 0.05);
            Assert.InRange(Math.Abs(ball.Y - PitchPlan.CenterY), 0, (PitchPlan.GoalWidthM / 2) - 0.2);
            Assert.InRange(ball.Z, 0.1, PitchPlan.GoalHeightM - 0.2);
        }
    }

    [Fact]
    public void The_ball_never_jumps()
    {
        var plan = new MatchPlan(9);
        var before = plan.BallAt(0);
        for (var frame = 1; frame < 120 * 30; frame++)
        {
            var ball = plan.BallAt(frame / 30.0);
            Assert.True((ball - before).Length * 30 < 36, $"faster than 36 m/s at {frame / 30.0:f2} s");
            Assert.InRange(ball.Z, MatchPlan.BallRadiusM - 1e-9, 12);
            before = ball;
        }
    }
}
