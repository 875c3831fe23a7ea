using Rig.Viewer.Storage;

namespace Rig.Viewer.Stats;

/// <summary>Which keeper conceded how many of a game's goals, as far as what is known says it.</summary>
internal static class GoalsConceded
{
    /// <param name="goalkeepers">Of the roster: asked only where nobody was seen keeping.</param>
    /// <returns>By player; a keeper of whom it is not known is not there.</returns>
    public static IReadOnlyDictionary<int, int> Of(PlayedGame game, IReadOnlyCollection<int> goalkeepers)
    {
        if (game.TheirScore is not { } conceded)
        {
            return new Dictionary<int, int>();
        }

        var keeping = game.Moments.Where(moment => moment.PlayerId is not null && IsKeeping(moment.Type)).OrderBy(moment => moment.Seconds).ToList();
        var keepers = keeping.Select(moment => moment.PlayerId!.Value).Distinct().ToList();
        if (keepers.Count == 0)
        {
            keepers.AddRange(goalkeepers);
        }

        if (keepers.Count == 1)
        {
            return new Dictionary<int, int> { [keepers[0]] = conceded };
        }

        var goals = game.Moments.Where(moment => moment.Type == GameEventType.Goal && game.IsTheirs(moment)).ToList();
        if (keeping.Count == 0 || goals.Count != conceded)
        {
            return new Dictionary<int, int>();
        }

        // Several kept: a goal is of the one who was seen keeping nearest to it, the earlier one where two are equally near.
        var counts = keepers.ToDictionary(keeper => keeper, _ => 0);
        foreach (var goal in goals)
        {
            counts[keeping.MinBy(moment => Math.Abs(moment.Seconds - goal.Seconds))!.PlayerId!.Value]++;
        }

        return counts;
    }

    private static bool IsKeeping(GameEventType type) => type is GameEventType.Save or GameEventType.SaveDiving or GameEventType.SaveReflex
        or GameEventType.Punch or GameEventType.Catch or GameEventType.Distribution or GameEventType.GoalKick;
}
