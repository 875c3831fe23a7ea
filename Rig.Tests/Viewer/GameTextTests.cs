using Rig.Viewer.Corrections;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

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
        Assert.Equal((2, 1), CorrectedContent.ScoreOf([Goal("a"), Goal("b"), Goal("a"), new() { EventType = GameEventType.Shot }], ourSide: null));
        Assert.Equal((1, 2), CorrectedContent.ScoreOf([Goal("a"), Goal("b"), Goal("a")], ourSide: "b"));
        Assert.Equal((null, null), CorrectedContent.ScoreOf([Goal("a"), Goal(null)], ourSide: null));
        Assert.Equal((null, null), CorrectedContent.ScoreOf([new() { EventType = GameEventType.Shot, Side = "a" }], ourSide: null));
    }

    [Fact]
    public void Nil_is_shown_as_a_score()
    {
        Assert.Equal("0\u20130", GameText.Score(Summary(0, 0, 0)));
        Assert.Equal("1 goal", GameText.Score(Summary(null, null, 1)));
        Assert.Null(GameText.Score(Summary(null, null, 0)));
    }

    [Theory]
    [InlineData("0:00", 0)]
    [InlineData("12:30", 750)]
    [InlineData("1:02:03.5", 3723.5)]
    [InlineData("45", 45)]
    public void A_time_is_read_as_it_is_written(string text, double seconds)
    {
        Assert.True(GameText.TryParseClock(text, out var read));
        Assert.Equal(seconds, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1:75")]
    [InlineData("-3")]
    [InlineData("a:b")]
    [InlineData("1:2:3:4")]
    public void What_is_no_time_is_not_read_as_one(string? text) => Assert.False(GameText.TryParseClock(text, out _));

    private static GameEvent Goal(string? side) => new() { EventType = GameEventType.Goal, Side = side };

    private static GameSummary Summary(int? home, int? away, int goals) => new(1, 1, "Blue", null, default, 10, home, away, goals, goals, 0, "/x", "ready", null);
}
