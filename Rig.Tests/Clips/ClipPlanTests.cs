using System.Text.RegularExpressions;
using Rig.Domain.Match;
using Rig.Ingest.Clips;

namespace Rig.Tests.Clips;

public sealed partial class ClipPlanTests
{
    [Fact]
    public void A_goal_is_shown_from_six_seconds_before_to_five_after()
    {
        var clip = Assert.Single(ClipPlan.Plan([new MatchEvent("goal", 75.4, 0.9)], 5400));

        Assert.Equal("goal-0115.mp4", clip.FileName);
        Assert.Equal("Goal 1:15", clip.Title);
        Assert.Equal(69.4, clip.StartSeconds, 6);
        Assert.Equal(80.4, clip.EndSeconds, 6);
    }

    [Fact]
    public void A_clip_stays_within_the_match()
    {
        var clips = ClipPlan.Plan([new MatchEvent("goal", 2, 0.9), new MatchEvent("shot", 19, 0.6)], 20);

        Assert.Equal([(0.0, 7.0), (13.0, 20.0)], clips.Select(c => (c.StartSeconds, c.EndSeconds)));
    }

    [Fact]
    public void Doubtful_events_and_other_types_get_no_clip() =>
        Assert.Empty(ClipPlan.Plan([new MatchEvent("shot", 10, 0.3), new MatchEvent("throw_in", 12, 0.9)], 20));

    [Fact]
    public void Two_events_in_one_second_get_two_names_that_the_viewer_takes()
    {
        var clips = ClipPlan.Plan([new MatchEvent("shot", 10.1, 0.9), new MatchEvent("shot", 10.8, 0.9)], 20);

        Assert.Equal(2, clips.Select(c => c.FileName).Distinct().Count());
        Assert.All(clips, c => Assert.Matches(PublishedName(), c.FileName));
    }

    [Fact]
    public void Between_two_keys_the_look_is_in_between()
    {
        var look = FollowTrack.At([new FollowKey(0, -10, 4, 40), new FollowKey(2, 10, 6, 60)], 0.5);

        Assert.Equal(new FollowKey(0.5, -5, 4.5, 45), look);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}$")]
    private static partial Regex PublishedName();
}
