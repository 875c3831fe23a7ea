using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Corrections;

/// <summary>Lays what coaches said over what a publication says: what a person said wins.</summary>
internal static class CorrectedContent
{
    /// <summary>Once a game's rows are those of the publication. Its corrections have to be loaded.</summary>
    /// <param name="before">The uncorrected moments of the publication before.</param>
    /// <param name="roster">Players of the team: a game that moves to another team takes no child along.</param>
    public static void Apply(Game game, IReadOnlyList<MomentClaim> before, IReadOnlySet<int> roster)
    {
        var pairs = MomentMatching.Pair(game.Events, game.MomentCorrections.SelectMany(MomentClaim.Of).Concat(before));
        foreach (var correction in game.MomentCorrections.OrderBy(correction => correction.Id))
        {
            var found = pairs.GetValueOrDefault(correction);
            if (correction.IsRemoved)
            {
                if (found is not null)
                {
                    Hide(game.Clips.Where(clip => clip.Event == found));
                    game.Events.Remove(found);
                }

                continue;
            }

            if (found is null)
            {
                found = new GameEvent();
                game.Events.Add(found);
            }

            Write(correction, found, roster);
            foreach (var clip in game.Clips.Where(clip => clip.Event == found))
            {
                Rename(clip, found);
            }
        }

        ApplyToGame(game);
    }

    /// <summary>Opponent and score, where a coach said something of them.</summary>
    public static void ApplyToGame(Game game)
    {
        game.Opponent = game.Correction?.Opponent ?? game.Opponent;
        game.OurSide = game.Correction?.OurSide;
        (game.HomeScore, game.AwayScore) = game.Correction is { OurScore: { } ours, TheirScore: { } theirs } ? (ours, theirs) : ScoreOf(game.Events, game.OurSide);
    }

    /// <summary>Goals of our side (of side a while nobody said which is ours) and of the other; unknown as soon as one goal's side is, or without any goal.</summary>
    public static (int? Ours, int? Theirs) ScoreOf(IReadOnlyCollection<GameEvent> moments, string? ourSide)
    {
        var goals = moments.Where(moment => moment.EventType == GameEventType.Goal).ToList();
        return goals.Count == 0 || goals.Any(goal => goal.Side is null)
            ? (null, null)
            : (goals.Count(goal => goal.Side == (ourSide ?? "a")), goals.Count(goal => goal.Side != (ourSide ?? "a")));
    }

    /// <param name="moment">Keeps its own place on the pitch where it has one: a later analysis knows better.</param>
    public static void Write(MomentCorrection correction, GameEvent moment, IReadOnlySet<int> roster)
    {
        moment.EventType = correction.EventType;
        moment.TimestampSeconds = correction.TimestampSeconds;
        moment.Confidence = correction.Confidence;
        moment.FieldPositionX ??= correction.FieldPositionX;
        moment.FieldPositionY ??= correction.FieldPositionY;
        moment.Side = correction.Side;
        moment.Description = correction.Description;
        moment.PlayerId = correction.PlayerId is { } player && roster.Contains(player) ? player : null;
        moment.Correction = correction;
    }

    public static void Hide(IEnumerable<Clip> clips)
    {
        foreach (var clip in clips)
        {
            clip.IsHidden = true;
            clip.Event = null;
            clip.EventId = null;
        }
    }

    /// <summary>A clip is called what its moment is called.</summary>
    public static void Rename(Clip clip, GameEvent moment)
    {
        if (clip.EventType != moment.EventType || moment.Description is not null)
        {
            clip.Title = TitleOf(moment.Description, moment.EventType, moment.TimestampSeconds);
        }

        clip.EventType = moment.EventType;
        clip.IsHidden = false;
    }

    /// <summary>A clip's title, made of its moment.</summary>
    public static string TitleOf(string? description, GameEventType type, double seconds) => $"{description ?? GameViews.Label(type)} {GameText.Clock(seconds)}";
}
