using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Stats;

/// <summary>A team with its games and its roster, of which all statistics are made.</summary>
internal sealed class TeamRecord(TeamView team, IReadOnlyList<PlayedGame> games, IReadOnlyList<RosterPlayer> roster)
{
    private readonly Lazy<IReadOnlyList<PlayerGame>> playerGames = new(() =>
    {
        int[] goalkeepers = [.. roster.Where(player => player.Position == SnakeCase.Of(PlayerPosition.Goalkeeper)).Select(player => player.Id)];
        return [.. games.SelectMany(game => PlayerGame.Of(game, goalkeepers))];
    });

    private IReadOnlyList<PlayerSeason>? players;

    public TeamView Team => team;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<PlayedGame> Games => games;

    public IReadOnlyList<RosterPlayer> Roster => roster;

    /// <summary>By game, then by player.</summary>
    public IReadOnlyList<PlayerGame> PlayerGames => playerGames.Value;

    /// <summary>Everybody on the roster, in its order; who was never tagged has nothing but zeros.</summary>
    public IReadOnlyList<PlayerSeason> Players => players ??= SeasonsOf(PlayerGames.ToLookup(game => game.PlayerId));

    private IReadOnlyList<PlayerSeason> SeasonsOf(ILookup<int, PlayerGame> played) => [.. roster.Select(player => PlayerSeason.Of(player.Id, played[player.Id]))];
}

/// <summary>Reads what statistics are made of, out of the teams that the caller lets a person see.</summary>
internal sealed class StatsReader(ViewerDb db)
{
    /// <param name="teams">Only those that the person may see.</param>
    public async Task<IReadOnlyList<TeamRecord>> ReadAsync(IQueryable<Team> teams, CancellationToken cancellationToken)
    {
        var views = await teams.OrderByDescending(team => team.Id).Select(team => new TeamView(team.Id, team.Name, team.TeamCode, team.Season, team.BirthYearStart)).ToListAsync(cancellationToken);
        var ids = views.Select(team => team.Id).ToList();
        var roster = (await db.TeamPlayers.AsNoTracking().Where(link => ids.Contains(link.TeamId)).InOrder()
            .Select(link => new { link.TeamId, Player = new RosterPlayer(link.PlayerId, link.Player!.FirstName, link.Player.LastName, link.JerseyNumber, SnakeCase.Of(link.Player.DefaultPosition)) })
            .ToListAsync(cancellationToken)).ToLookup(row => row.TeamId, row => row.Player);
        var games = await GamesAsync(db.Games.Where(game => ids.Contains(game.TeamId)), cancellationToken);
        return [.. views.Select(team => Of(team, [.. roster[team.Id]], games))];
    }

    private static TeamRecord Of(TeamView team, IReadOnlyList<RosterPlayer> roster, IReadOnlyList<PlayedGame> games)
    {
        // A child that left the roster is nobody's to be shown here; what it did stays the team's.
        var players = roster.Select(player => player.Id).ToHashSet();
        return new TeamRecord(team, [.. games.Where(game => game.TeamId == team.Id).Select(game => Without(game, players))], roster);
    }

    private static PlayedGame Without(PlayedGame game, HashSet<int> players) => game.Moments.All(moment => moment.PlayerId is not { } id || players.Contains(id))
        ? game
        : game with { Moments = [.. game.Moments.Select(moment => moment.PlayerId is { } id && !players.Contains(id) ? moment with { PlayerId = null, Side = game.OurSide ?? moment.Side } : moment)] };

    /// <summary>The newest first: published ones, and those whose score a coach wrote down.</summary>
    private static async Task<IReadOnlyList<PlayedGame>> GamesAsync(IQueryable<Game> games, CancellationToken cancellationToken)
    {
        var played = games.AsNoTracking().Where(game => game.IsProcessed || game.HomeScore != null);
        var rows = await played.OrderByDescending(game => game.GameDate).ThenByDescending(game => game.Id).Select(game => new
        {
            game.Id,
            game.TeamId,
            game.GameDate,
            game.Opponent,
            game.OurSide,
            game.HomeScore,
            game.AwayScore,
            IsCertain = game.OurSide != null || (game.Correction != null && game.Correction.OurScore != null),
        }).ToListAsync(cancellationToken);
        var moments = (await played.SelectMany(game => game.Events).Select(moment => new { moment.GameId, moment.EventType, moment.TimestampSeconds, moment.PlayerId, moment.Side }).ToListAsync(cancellationToken))
            .ToLookup(moment => moment.GameId, moment => new PlayedMoment(moment.EventType, moment.TimestampSeconds, moment.PlayerId, moment.Side));
        return [.. rows.Select(row => new PlayedGame(
            row.Id, row.TeamId, row.GameDate, row.Opponent, row.OurSide, row.IsCertain ? row.HomeScore : null, row.IsCertain ? row.AwayScore : null, [.. moments[row.Id]]))];
    }
}
