using Rig.Viewer.Games;
using Rig.Viewer.Publish;

namespace Rig.Tests.Viewer;

public sealed class GameTextTests
{
    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59.99, "0:59")]
    [InlineData(60, "1:00")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(-1, "0:00")]
    public void A_time_reads_as_on_a_clock(double seconds, string text) => Assert.Equal(text, GameText.Clock(seconds));

    [Fact]
    public void The_score_is_known_only_when_every_goal_has_its_side()
    {
        Assert.Equal((2, 1), GameContent.Score([Goal("a"), Goal("b"), Goal("a"), new("shot", 1, 1)]));
        Assert.Equal((null, null), GameContent.Score([Goal("a"), Goal(null)]));
        Assert.Equal((null, null), GameContent.Score([new("shot", 1, 1, Team: "a")]));
    }

    [Fact]
    public void Nil_is_shown_as_a_score()
    {
        Assert.Equal("0\u20130", GameText.Score(Summary(0, 0, 0)));
        Assert.Equal("1 goal", GameText.Score(Summary(null, null, 1)));
        Assert.Null(GameText.Score(Summary(null, null, 0)));
    }

    private static Rig.Domain.Match.MatchEvent Goal(string? team) => new("goal", 1, 0.9, Team: team);

    private static GameSummary Summary(int? home, int? away, int goals) => new(1, 1, "Blue", null, default, 10, home, away, goals, goals, 0, "/x");
}
