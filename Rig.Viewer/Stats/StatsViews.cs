using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Stats;

/// <param name="Shots">With the shots on target and the goals.</param>
/// <param name="ShotsOnTarget">With the goals.</param>
/// <param name="Saves">Of every kind.</param>
/// <param name="ShotAccuracy">Percent of the shots.</param>
internal sealed record TallyView(
    int Goals, int Assists, int Shots, int ShotsOnTarget, int Passes, int Dribbles, int Tackles, int Interceptions, int Saves, int SavesDiving, int Punches, int Catches,
    int Distributions, int GoalKicks, int Fouls, int YellowCards, int RedCards, double? ShotAccuracy)
{
    public static TallyView Of(Tally tally) => new(
        tally.Goals, tally.Assists, tally.Shots, tally.ShotsOnTarget, tally[GameEventType.Pass], tally[GameEventType.Dribble], tally.Tackles, tally.Interceptions, tally.Saves,
        tally[GameEventType.SaveDiving], tally[GameEventType.Punch], tally[GameEventType.Catch], tally[GameEventType.Distribution], tally[GameEventType.GoalKick],
        tally[GameEventType.Foul], tally[GameEventType.YellowCard], tally[GameEventType.RedCard], Rounded(tally.ShotAccuracy));

    internal static double? Rounded(double? value) => value is { } number ? Math.Round(number, 1) : null;
}

/// <param name="OurScore">Left out, as <paramref name="TheirScore"/>, while it is not known for certain.</param>
internal sealed record GameLine(int GameId, DateTimeOffset GameDate, string? Opponent, int? OurScore, int? TheirScore)
{
    public static GameLine Of(PlayedGame game) => new(game.Id, game.GameDate, game.Opponent, game.OurScore, game.TheirScore);
}

/// <param name="GoalsConceded">Left out for who did not keep, and where it is not known.</param>
internal sealed record PlayerGameView(RosterPlayer Player, GameLine Game, TallyView Stats, int? GoalsConceded, double? SavePercentage)
{
    public static PlayerGameView Of(RosterPlayer player, PlayerGame game) =>
        new(player, GameLine.Of(game.Game), TallyView.Of(game.Tally), game.GoalsConceded, TallyView.Rounded(game.SavePercentage));
}

/// <param name="Games">In which the player was tagged or kept; nobody writes down who played.</param>
internal sealed record PlayerSeasonView(
    RosterPlayer Player, TeamView Team, int Games, TallyView Stats, double? GoalsPerGame, int? GoalsConceded, double? SavePercentage)
{
    public static PlayerSeasonView Of(RosterPlayer player, TeamView team, PlayerSeason season) => new(
        player, team, season.Games, TallyView.Of(season.Tally), season.GoalsPerGame is { } rate ? Math.Round(rate, 2) : null, season.GoalsConceded, TallyView.Rounded(season.SavePercentage));
}

/// <param name="Unattributed">Moments of which nobody knows which team's they are; they are in neither tally.</param>
internal sealed record GameStatsView(GameLine Game, TallyView Ours, TallyView Theirs, int Unattributed, IReadOnlyList<PlayerGameView> Players);

/// <param name="Won">As all results, of the games whose score is known for certain.</param>
internal sealed record TeamStatsView(
    TeamView Team, int Games, int Won, int Drawn, int Lost, int GoalsFor, int GoalsAgainst, TallyView Ours, TallyView Theirs, int Unattributed, IReadOnlyList<PlayerSeasonView> Players)
{
    public static TeamStatsView Of(TeamRecord record)
    {
        var season = TeamSeason.Of(record.Games);
        return new TeamStatsView(
            record.Team, season.Games, season.Won, season.Drawn, season.Lost, season.GoalsFor, season.GoalsAgainst, TallyView.Of(season.Ours), TallyView.Of(season.Theirs), season.Unattributed,
            [.. record.Roster.Zip(record.Players, (player, stats) => PlayerSeasonView.Of(player, record.Team, stats))]);
    }
}

internal sealed record LeaderView(int Rank, RosterPlayer Player, double Value);

/// <param name="Percentiles">By statistic: percent of the team's others who have less, who has as much counting half. Empty where there is nobody else.</param>
internal sealed record PercentilesView(TeamView Team, int Players, IReadOnlyDictionary<string, double> Percentiles)
{
    public static PercentilesView Of(TeamRecord record, int playerId)
    {
        var players = record.Players;
        var own = players.Single(player => player.PlayerId == playerId);
        var percentiles = Ranking.Percentiles
            .Select(stat => (Stat: stat, Value: Ranking.Percentile([.. players.Select(player => Ranking.Leaderboards[stat](player) ?? 0)], Ranking.Leaderboards[stat](own) ?? 0)))
            .Where(pair => pair.Value is not null);
        return new PercentilesView(record.Team, players.Count, percentiles.ToDictionary(pair => pair.Stat, pair => Math.Round(pair.Value!.Value, 1)));
    }
}
