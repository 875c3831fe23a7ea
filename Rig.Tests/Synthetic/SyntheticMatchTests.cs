using Rig.Rehearsal.DrawnMatch;

namespace Rig.Tests.Synthetic;

public sealed class SyntheticMatchTests
{
    [Fact]
    public void A_late_joiner_sees_the_same_match()
    {
        var (watched, joined) = (new SyntheticMatch(5), new SyntheticMatch(5));
        var (a, b) = (new Figure[SyntheticMatch.People], new Figure[SyntheticMatch.People]);
        for (var frame = 0; frame <= 300; frame++)
        {
            watched.At(frame / 30.0, a);
        }

        Assert.Equal(watched.At(10, a), joined.At(10, b));
        Assert.Equal(a, b);
    }

    [Fact]
    public void Going_back_in_time_starts_the_match_again()
    {
        var match = new SyntheticMatch(5);
        var (first, again) = (new Figure[SyntheticMatch.People], new Figure[SyntheticMatch.People]);
        match.At(2, first);
        match.At(30, again);
        match.At(2, again);
        Assert.Equal(first, again);
    }

    [Fact]
    public void People_run_like_people_and_stay_at_the_pitch()
    {
        var match = new SyntheticMatch(6);
        var (before, now) = (new Figure[SyntheticMatch.People], new Figure[SyntheticMatch.People]);
        match.At(0, before);
        for (var frame = 1; frame < 60 * 30; frame++)
        {
            match.At(frame / 30.0, now);
            for (var id = 0; id < SyntheticMatch.People; id++)
            {
                var (dx, dy) = (now[id].X - before[id].X, now[id].Y - before[id].Y);
                Assert.True(Math.Sqrt((dx * dx) + (dy * dy)) * 30 < 8.5, $"person {id} at {frame / 30.0:f2} s");
                Assert.InRange(now[id].X, -6, PitchPlan.LengthM + 6);
                Assert.InRange(now[id].Y, -3, PitchPlan.WidthM + 3);
            }

            now.CopyTo(before, 0);
        }
    }

    [Fact]
    public void Somebody_is_at_the_ball_when_it_is_played()
    {
        var match = new SyntheticMatch(8);
        var figures = new Figure[SyntheticMatch.People];
        var touches = match.Plan.Legs.Where(leg => leg.Carrier >= 0 && leg.EndS < 60).ToList();
        var near = touches.Count(leg =>
        {
            var ball = match.At(leg.EndS, figures);
            return Math.Sqrt(Math.Pow(figures[leg.Carrier].X - ball.X, 2) + Math.Pow(figures[leg.Carrier].Y - ball.Y, 2)) < 2.5;
        });
        Assert.True(near >= touches.Count * 0.8, $"{near} of {touches.Count}");
    }
}
