using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Stats;

/// <summary>Statistics as JSON, at the addresses that the first systems of this kind had; docs/ref/viewer-api.md. A child of another team is 404.</summary>
internal static class StatsApi
{
    public const int MaxCompared = 20;
    private const int MaxLeaders = 50;

    public static void AddStats(this IServiceCollection services) => services.AddScoped<StatsReader>();

    public static void MapStats(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/stats");
        api.MapGetAndHead("/game/{gameId:int}", GameAsync).Produces<GameStatsView>();
        api.MapGetAndHead("/player/{playerId:int}", PlayerAsync).Produces<IReadOnlyList<PlayerSeasonView>>();
        api.MapGetAndHead("/player/{playerId:int}/history", HistoryAsync).Produces<IReadOnlyList<PlayerGameView>>();
        api.MapGetAndHead("/player/{playerId:int}/percentiles", PercentilesAsync).Produces<IReadOnlyList<PercentilesView>>();
        api.MapGetAndHead("/team/{teamId:int}", TeamAsync).Produces<TeamStatsView>();
        api.MapGetAndHead("/team/{teamId:int}/leaderboard", LeaderboardAsync).Produces<IReadOnlyList<LeaderView>>();
        api.MapGetAndHead("/compare", CompareAsync).Produces<IReadOnlyList<PlayerSeasonView>>();
    }

    private static async Task<IResult> GameAsync(int gameId, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken)
    {
        var games = access.Games(person).Where(game => game.Id == gameId);
        var records = await reader.ReadAsync(access.Teams(person).Where(team => games.Any(game => game.TeamId == team.Id)), cancellationToken);
        if (records is not [var record] || record.Games.SingleOrDefault(game => game.Id == gameId) is not { } played)
        {
            return Results.NotFound();
        }

        var season = TeamSeason.Of([played]);
        var names = record.Roster.ToDictionary(player => player.Id);
        return Results.Ok(new GameStatsView(
            GameLine.Of(played), TallyView.Of(season.Ours), TallyView.Of(season.Theirs), season.Unattributed,
            [.. record.PlayerGames.Where(game => game.Game.Id == gameId).Select(game => PlayerGameView.Of(names[game.PlayerId], game))]));
    }

    private static async Task<IResult> PlayerAsync(
        int playerId, string? season, [FromQuery(Name = "team_id")] int? teamId, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken) =>
        await RecordsOfAsync(playerId, season, teamId, person, access, reader, cancellationToken) is { } records ? Results.Ok(records.Select(record => SeasonOf(record, playerId))) : Results.NotFound();

    private static async Task<IResult> HistoryAsync(
        int playerId, string? season, [FromQuery(Name = "team_id")] int? teamId, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken) =>
        await RecordsOfAsync(playerId, season, teamId, person, access, reader, cancellationToken) is { } records
            ? Results.Ok(records.SelectMany(record => record.PlayerGames.Where(game => game.PlayerId == playerId)
                .Select(game => PlayerGameView.Of(record.Roster.Single(player => player.Id == playerId), game))).OrderByDescending(line => line.Game.GameDate))
            : Results.NotFound();

    private static async Task<IResult> PercentilesAsync(
        int playerId, string? season, [FromQuery(Name = "team_id")] int? teamId, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken) =>
        await RecordsOfAsync(playerId, season, teamId, person, access, reader, cancellationToken) is { } records ? Results.Ok(records.Select(record => PercentilesView.Of(record, playerId))) : Results.NotFound();

    private static async Task<IResult> TeamAsync(int teamId, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(access.Teams(person).Where(team => team.Id == teamId), cancellationToken) is [var record] ? Results.Ok(TeamStatsView.Of(record)) : Results.NotFound();

    private static async Task<IResult> LeaderboardAsync(int teamId, string? stat, int? limit, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(access.Teams(person).Where(team => team.Id == teamId), cancellationToken) is not [var record])
        {
            return Results.NotFound();
        }

        if (!Ranking.Leaderboards.TryGetValue(stat ?? "goals", out var value))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, $"stat must be one of {string.Join(", ", Ranking.Leaderboards.Keys.Order(StringComparer.Ordinal))}.");
        }

        return limit is < 1 or > MaxLeaders
            ? ApiError.Of(StatusCodes.Status400BadRequest, $"limit must be 1 to {MaxLeaders}.")
            : Results.Ok(LeadersOf(record, value, limit ?? 10));
    }

    public static IReadOnlyList<LeaderView> LeadersOf(TeamRecord record, Func<PlayerSeason, double?> value, int limit)
    {
        var names = record.Roster.ToDictionary(player => player.Id);
        return [.. Ranking.Board(record.Players, value, limit).Select(leader => new LeaderView(leader.Rank, names[leader.PlayerId], Math.Round(leader.Value, 2)))];
    }

    private static async Task<IResult> CompareAsync(
        [FromQuery(Name = "player_id")] string[] playerId, [FromQuery(Name = "team_id")] int? teamId, string? season,
        ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken)
    {
        var texts = playerId.SelectMany(text => text.Split(',')).ToList();
        var ids = texts.Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Distinct().ToList();
        if (ids.Contains(0) || ids.Count is 0 or > MaxCompared)
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, $"player_id must be 1 to {MaxCompared} players' numbers, such as player_id=3,7.");
        }

        var records = await reader.ReadAsync(Teams(access.Teams(person), season, teamId).Where(team => team.Roster.Any(link => ids.Contains(link.PlayerId))), cancellationToken);
        var lines = records.SelectMany(record => record.Roster.Where(player => ids.Contains(player.Id)).Select(player => SeasonOf(record, player.Id))).ToList();
        return ids.All(id => lines.Exists(line => line.Player.Id == id)) ? Results.Ok(lines) : Results.NotFound();
    }

    private static PlayerSeasonView SeasonOf(TeamRecord record, int playerId) => PlayerSeasonView.Of(
        record.Roster.Single(player => player.Id == playerId), record.Team, record.Players.Single(player => player.PlayerId == playerId));

    /// <summary>The player's teams that the person sees, the newest first.</summary>
    /// <returns>Null when the person sees the player in none.</returns>
    public static async Task<IReadOnlyList<TeamRecord>?> RecordsOfAsync(
        int playerId, string? season, int? teamId, ClaimsPrincipal person, TeamAccess access, StatsReader reader, CancellationToken cancellationToken)
    {
        if (!await access.Players(person).AnyAsync(player => player.Id == playerId, cancellationToken))
        {
            return null;
        }

        return await reader.ReadAsync(Teams(access.Teams(person), season, teamId).Where(team => team.Roster.Any(link => link.PlayerId == playerId)), cancellationToken);
    }

    private static IQueryable<Team> Teams(IQueryable<Team> teams, string? season, int? teamId) =>
        teams.Where(team => (season == null || team.Season == season) && (teamId == null || team.Id == teamId));
}
