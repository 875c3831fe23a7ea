using System.Globalization;
using System.Text.RegularExpressions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Queries;

/// <summary>
/// Reads a question in everyday English. Each phrase is taken out of the text as a whole, so that no word counts twice and none
/// counts within another: the goal in goalkeeper, the 15 in the first 15 minutes.
/// </summary>
internal static partial class QuestionParser
{
    private static readonly GameEventType[] Saves = [GameEventType.Save, GameEventType.SaveDiving, GameEventType.SaveReflex];
    private static readonly GameEventType[] Shots = [GameEventType.Shot, GameEventType.ShotOnTarget, GameEventType.Goal];

    /// <summary>In the order in which they are looked for: what holds another's word comes before it.</summary>
    private static readonly (string Phrase, GameEventType[] Types)[] Kinds =
    [
        ("shots? on (target|goal)", [GameEventType.ShotOnTarget, GameEventType.Goal]), ("goal ?kicks?", [GameEventType.GoalKick]), ("goals?|scored", [GameEventType.Goal]),
        ("shots?|attempts?", Shots), ("assists?", [GameEventType.Assist]), ("pass(es)?", [GameEventType.Pass]), ("dribbl(es?|ing)", [GameEventType.Dribble]),
        ("tackles?", [GameEventType.Tackle]), ("interceptions?", [GameEventType.Interception]), ("diving saves?", [GameEventType.SaveDiving]), ("reflex saves?", [GameEventType.SaveReflex]),
        ("saves?|saved", Saves), ("punch(es)?", [GameEventType.Punch]), ("catch(es)?", [GameEventType.Catch]), ("distributions?|(goalkeeper|keeper) throws?", [GameEventType.Distribution]),
        ("yellow cards?|yellows?", [GameEventType.YellowCard]), ("red cards?|reds?", [GameEventType.RedCard]), ("cards?|bookings?", [GameEventType.YellowCard, GameEventType.RedCard]), ("fouls?", [GameEventType.Foul]),
    ];

    private static readonly (string Phrase, PlayerPosition Position)[] Positions =
    [
        ("(goal ?keepers?|goalies?|keepers?)", PlayerPosition.Goalkeeper), ("(defend(er|ers|ing players)|defence|defense)", PlayerPosition.Defender),
        ("midfielders?", PlayerPosition.Midfielder), ("(forwards?|strikers?|attackers?)", PlayerPosition.Forward),
    ];

    /// <summary>Asked for often enough to say in words that they are not there.</summary>
    private static readonly (string Phrase, string Name)[] NotFound =
    [
        ("throw ?ins?", "throw-ins"), ("corners?( kicks?)?", "corners"), ("off ?sides?", "offside"), ("free kicks?", "free kicks"), ("penalt(y|ies)( kicks?)?", "penalties"),
        ("substitutions?", "substitutions"), ("headers?", "headers"), ("crosses", "crosses"), ("injur(y|ies)", "injuries"),
    ];

    private static readonly HashSet<string> Fillers = new(
        ("a all an and any are at by clip clips did do everything event events find for from game games give had has have her his i in is it made match me minute minutes moment moments "
        + "my number of on or our player players please show taken that the their them there they this time to us was we were what when where which who with you").Split(' '), StringComparer.Ordinal);

    public static MomentQuestion Parse(string question)
    {
        var text = new QuestionText(question);
        var time = TimeIn(text);
        var lastGame = text.Take("(last|latest|newest|most recent) (game|match)", out _);
        var limit = text.Take("(top|best) (\\d{1,6})", out var top) ? Math.Clamp(Number(top, 2), 1, MomentQuestion.MaxLimit) : MomentQuestion.DefaultLimit;
        var jersey = text.Take("(#|number |player |no )(\\d{1,3})", out var shirt) ? shirt.Groups[2].Value : null;
        var inBox = text.Take("(the )?(penalty (box|area)|18 yard box|box)", out _);
        var inMidfield = text.Take("(midfield|middle of the (pitch|field)|centre circle|center circle)", out _);
        var unknown = NotFound.Where(one => text.Take(one.Phrase, out _)).Select(one => one.Name).ToList();
        HashSet<GameEventType> types = [];
        foreach (var (_, kinds) in Kinds.Where(kind => text.Take(kind.Phrase, out _)))
        {
            types.UnionWith(kinds);
        }

        PlayerPosition? position = null;
        foreach (var (_, found) in Positions.Where(one => text.Take(one.Phrase, out _)))
        {
            position = found;
        }

        return new MomentQuestion(
            types.Count == 0 ? null : types, jersey, position, [.. text.Rest().Where(word => !Fillers.Contains(word))], time, inBox, inMidfield, lastGame, limit, unknown);
    }

    private static AskedTime? TimeIn(QuestionText text)
    {
        if (text.Take("between (\\d{1,3}) and (\\d{1,3})( ?min(ute)?s?)?", out var between))
        {
            var (a, b) = (Number(between, 1), Number(between, 2));
            return new AskedTime(FromSeconds: 60 * Math.Min(a, b), UntilSeconds: 60 * Math.Max(a, b));
        }

        if (text.Take("(after|since) (the )?(\\d{1,3})(st|nd|rd|th)?( ?min(ute)?s?)?", out var after))
        {
            return new AskedTime(FromSeconds: 60 * Number(after, 3));
        }

        if (text.Take("(before|until) (the )?(\\d{1,3})(st|nd|rd|th)?( ?min(ute)?s?)?", out var before))
        {
            return new AskedTime(UntilSeconds: 60 * Number(before, 3));
        }

        if (text.Take("first (\\d{1,3}) ?min(ute)?s?", out var first))
        {
            return new AskedTime(UntilSeconds: 60 * Number(first, 1));
        }

        if (text.Take("(last|final) (\\d{1,3}) ?min(ute)?s?", out var last))
        {
            return new AskedTime(LastSeconds: 60 * Number(last, 2));
        }

        if (text.Take("(first|1st) half", out _))
        {
            return new AskedTime(Half: 1);
        }

        if (text.Take("(second|2nd) half", out _))
        {
            return new AskedTime(Half: 2);
        }

        if (text.Take("opening( minutes?)?", out _))
        {
            return new AskedTime(UntilSeconds: 600);
        }

        return text.Take("closing( minutes?)?", out _) ? new AskedTime(LastSeconds: 600) : null;
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Lower case, hyphens and punctuation as spaces; what was understood is cut out.</summary>
    private sealed class QuestionText(string question)
    {
        private string text = " " + string.Join(' ', Words().Matches(question.ToLowerInvariant()).Select(match => match.Value)) + " ";

        public bool Take(string phrase, out Match match)
        {
            match = Regex.Match(text, $"(?<= )(?:{phrase})(?= )", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            if (match.Success)
            {
                text = text[..match.Index] + "," + text[(match.Index + match.Length)..];
            }

            return match.Success;
        }

        public string[] Rest() => text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"#\d+|[\p{L}\p{Mn}']+|\d+(st|nd|rd|th)?")]
    private static partial Regex Words();
}
