using Rig.Domain.Match;
using Rig.Ingest.Events;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Detect;

/// <summary>The ball of a real match against labels made by hand; <c>Truth/README.md</c> says how.</summary>
public sealed class RealBallTests(RealMatch match, ITestOutputHelper output) : IClassFixture<RealMatch>
{
    [Theory]
    [InlineData("tune")]
    [InlineData("held_out")]
    public void The_ball_is_found_where_it_is_and_what_is_said_with_confidence_holds(string half)
    {
        if (match.Panorama is not { } panorama)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        var (seen, right, said, rightSaid, sure, rightSure) = BallCount.Of(match.Labels.Where(entry => entry.Label.Half == half), match.Frames, panorama);
        output.WriteLine($"{half}: right in {right} of {seen} frames in which it can be seen; {rightSaid} of {said} positions right, {rightSure} of {sure} of those said at 0.8 or more");
        Assert.True(right >= seen * 0.7, $"{right} of {seen}");
        Assert.True(sure >= 8 && rightSure >= sure * 0.8, $"{rightSure} of {sure}");
    }

    [Fact]
    public void The_camera_follows_the_ball_of_a_real_match_calmly()
    {
        if (match.Panorama is not { } panorama)
        {
            NotRun.Say(output, RealFootage.Missing);
            return;
        }

        var score = FollowScore.Of(match.Follow, match.Labels.Where(entry => entry.At is not null).Select(entry => (entry.Label.TMs / 1000.0, entry.At!.Value.U, entry.At.Value.V)), panorama);
        var acceleration = FollowPath.MaxPanAcceleration(match.Follow);
        output.WriteLine($"{score}, {acceleration:F1} degrees per second squared at most");
        Assert.True(score.Within15M >= 0.9, score.ToString());
        Assert.True(score.InPicture >= 0.95, score.ToString());
        Assert.InRange(acceleration, 0, FollowPath.PanAccelerationMax);
    }
}
