namespace Rig.Viewer.Stats;

/// <summary>One player in one game.</summary>
/// <param name="GoalsConceded">Null for who did not keep, and where it is not known.</param>
internal sealed record PlayerGame(int PlayerId, PlayedGame Game, Tally Tally, int? GoalsConceded)
{
    public double? SavePercentage => PlayerSeason.SavePercent(Tally.Saves, GoalsConceded);

    /// <summary>Everybody who was tagged in the game, or kept in it.</summary>
    public static IEnumerable<PlayerGame> Of(PlayedGame game, IReadOnlyCollection<int> goalkeepers)
    {
        var conceded = Stats.GoalsConceded.Of(game, goalkeepers);
        var moments = game.Moments.Where(moment => moment.PlayerId is not null).ToLookup(moment => moment.PlayerId!.Value, moment => moment.Type);
        return moments.Select(group => group.Key).Union(conceded.Keys).Order()
            .Select(player => new PlayerGame(player, game, Tally.Of(moments[player]), conceded.TryGetValue(player, out var goals) ? goals : null));
    }
}

/// <summary>One player over some games.</summary>
/// <param name="Games">Those in which he was tagged or kept; nobody writes down who played.</param>
/// <param name="SavesWhereKnown">In the games of which the goals conceded are known.</param>
internal sealed record PlayerSeason(int PlayerId, int Games, Tally Tally, int? GoalsConceded, int SavesWhereKnown)
{
    public double? GoalsPerGame => Games == 0 ? null : (double)Tally.Goals / Games;

    /// <summary>Percent of the shots that would have gone in; null for who faced none, or where it is not known.</summary>
    public double? SavePercentage => SavePercent(SavesWhereKnown, GoalsConceded);

    public static PlayerSeason Of(int playerId, IEnumerable<PlayerGame> games)
    {
        var all = games.ToList();
        var known = all.Where(game => game.GoalsConceded is not null).ToList();
        return new PlayerSeason(
            playerId, all.Count, Tally.Sum(all.Select(game => game.Tally)),
            known.Count == 0 ? null : known.Sum(game => game.GoalsConceded!.Value), known.Sum(game => game.Tally.Saves));
    }

    internal static double? SavePercent(int saves, int? conceded) => conceded is { } goals && saves + goals > 0 ? 100.0 * saves / (saves + goals) : null;
}
