namespace Rig.Viewer.Stats;

/// <summary>A team over some games.</summary>
/// <param name="Won">Of the games whose score is known for certain, as are all results and goals here.</param>
/// <param name="Unattributed">Moments of which nobody knows which team's they are.</param>
internal sealed record TeamSeason(int Games, int Won, int Drawn, int Lost, int GoalsFor, int GoalsAgainst, Tally Ours, Tally Theirs, int Unattributed)
{
    public static TeamSeason Of(IReadOnlyCollection<PlayedGame> games)
    {
        var known = games.Where(game => game.OurScore is not null && game.TheirScore is not null).ToList();
        return new TeamSeason(
            games.Count,
            known.Count(game => game.OurScore > game.TheirScore),
            known.Count(game => game.OurScore == game.TheirScore),
            known.Count(game => game.OurScore < game.TheirScore),
            known.Sum(game => game.OurScore!.Value),
            known.Sum(game => game.TheirScore!.Value),
            Tally.Of(games.SelectMany(game => game.Moments.Where(game.IsOurs)).Select(moment => moment.Type)),
            Tally.Of(games.SelectMany(game => game.Moments.Where(game.IsTheirs)).Select(moment => moment.Type)),
            games.Sum(game => game.Moments.Count(moment => !game.IsOurs(moment) && !game.IsTheirs(moment))));
    }
}
