using Rig.Domain.Match;
using Rig.Ingest.Clips;

namespace Rig.Tests.Clips;

public sealed class HighlightTests
{
    [Fact]
    public void A_reel_of_many_moments_is_at_most_two_minutes_long_and_has_every_goal()
    {
        var clips = Enumerable.Range(0, 40).Select(i => Clip(i % 10 == 0 ? "goal" : "shot", 30 + (i * 60))).ToList();

        var pieces = HighlightPlan.Plan(clips, 5400);

        Assert.InRange(HighlightPlan.LengthSeconds(pieces), 100, HighlightPlan.MaxSeconds);
        Assert.Equal(4, pieces.Count(piece => piece.Title == "goal"));
        Assert.Equal(pieces.OrderBy(piece => piece.StartSeconds), pieces);
    }

    [Fact]
    public void A_moment_less_than_three_seconds_after_the_one_before_is_left_out() =>
        Assert.Equal([5, 16], HighlightPlan.Plan([Clip("shot", 10), Clip("shot", 15), Clip("shot", 21)], 60).Select(piece => piece.StartSeconds));

    [Fact]
    public void Pieces_fade_into_each_other_with_titles() => Assert.Equal(
        "[0:v]scale=1280:720,setsar=1,settb=AVTB,format=yuv420p,drawtext=font=Sans:expansion=none:text='goal':fontsize=44:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=14:x=48:y=h-th-56:enable='lt(t\\,3)'[v0];"
        + "[1:v]scale=1280:720,setsar=1,settb=AVTB,format=yuv420p,drawtext=font=Sans:expansion=none:text='shot':fontsize=44:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=14:x=48:y=h-th-56:enable='lt(t\\,3)'[v1];"
        + "[v0][v1]xfade=transition=fade:duration=0.5:offset=7.5[x1];[x1]null[picture]",
        ReelRenderer.Graph(HighlightPlan.Plan([Clip("goal", 10), Clip("shot", 40)], 60), hasSound: false));

    private static ClipInfo Clip(string type, double seconds) => new("a.mp4", "a.jpg", type, type, seconds - 6, seconds + 5, seconds);
}
