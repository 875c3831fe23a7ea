using Rig.Viewer.Queries;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer;

/// <summary>Sentences that the predecessor misread.</summary>
public sealed class QuestionParserTests
{
    [Theory]
    [InlineData("everything by the goalkeeper", null)]
    [InlineData("goal kicks", "GoalKick")]
    [InlineData("tackles, interceptions and fouls!", "Tackle Interception Foul")]
    [InlineData("shots on target", "Goal ShotOnTarget")]
    [InlineData("diving saves", "SaveDiving")]
    [InlineData("who scored", "Goal")]
    [InlineData("throws by the keeper", null)]
    public void Kinds_are_whole_phrases(string text, string? types) =>
        Assert.Equal(types, QuestionParser.Parse(text).Types is { } found ? string.Join(' ', found.Order()) : null);

    [Fact]
    public void Times_are_times_and_no_numbers_of_answers()
    {
        var first = QuestionParser.Parse("first 15 minutes");
        Assert.Equal((900.0, MomentQuestion.DefaultLimit), (first.Time!.UntilSeconds!.Value, first.Limit));
        Assert.Equal((600.0, 1200.0), (QuestionParser.Parse("goals between 20 and 10 min").Time!.FromSeconds!.Value, QuestionParser.Parse("goals between 20 and 10 min").Time!.UntilSeconds!.Value));
        Assert.Equal(2, QuestionParser.Parse("SECOND-HALF saves").Time!.Half);
        Assert.Equal(1800, QuestionParser.Parse("after the 30th minute").Time!.FromSeconds);
        Assert.Equal(300, QuestionParser.Parse("last 5 minutes").Time!.LastSeconds);
        Assert.Null(QuestionParser.Parse("goals").Time);
    }

    [Fact]
    public void Who_where_and_which_game_are_read_too()
    {
        var asked = QuestionParser.Parse("top 999999 shots by #7 from the box in the last game");
        Assert.Equal(("7", true, true, MomentQuestion.MaxLimit), (asked.Jersey, asked.InBox, asked.LastGameOnly, asked.Limit));
        Assert.Equal("00", QuestionParser.Parse("number 00").Jersey);
        Assert.Equal(PlayerPosition.Goalkeeper, QuestionParser.Parse("everything by the goal keeper").Position);
        Assert.Equal(["kim", "parent's"], QuestionParser.Parse("Show me all of Kim Parent's saves").Names);
        Assert.Equal(["throw-ins", "corners"], QuestionParser.Parse("throw ins and corner kicks").Unknown);
        Assert.Empty(QuestionParser.Parse("throw-ins").Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("????")]
    [InlineData("((((.*+?[a-")]
    [InlineData("\u0000\ud800")]
    public void Nonsense_is_read_as_nothing(string text) => Assert.Null(QuestionParser.Parse(text).Types);
}
