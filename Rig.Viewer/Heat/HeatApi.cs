using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Heat;

/// <param name="X">Metres from the pitch's left corner, along the touchline.</param>
/// <param name="Y">Metres from the near touchline.</param>
/// <param name="Time">Seconds on the panorama's time line.</param>
internal sealed record HeatPointView(double X, double Y, string Type, double Time);

/// <param name="PointCount">Moments that the picture rests on.</param>
/// <param name="WithoutPlace">Further moments of which nobody knows where they were.</param>
internal sealed record HeatMetaView(
    [property: JsonPropertyName("playerId")] int? PlayerId, [property: JsonPropertyName("playerName")] string? PlayerName, [property: JsonPropertyName("gameId")] int? GameId,
    [property: JsonPropertyName("maxIntensity")] double MaxIntensity, [property: JsonPropertyName("pointCount")] int PointCount, [property: JsonPropertyName("withoutPlace")] int WithoutPlace,
    [property: JsonPropertyName("pitchLengthM")] double PitchLengthM, [property: JsonPropertyName("pitchWidthM")] double PitchWidthM, [property: JsonPropertyName("note")] string Note);

/// <summary>As the clients of the first systems read it, hence the names in camel case.</summary>
/// <param name="Grid">Row by row from the near touchline, 0 to 1.</param>
internal sealed record HeatView(
    [property: JsonPropertyName("grid")] IReadOnlyList<IReadOnlyList<double>> Grid, [property: JsonPropertyName("gridWidth")] int GridWidth, [property: JsonPropertyName("gridHeight")] int GridHeight,
    [property: JsonPropertyName("points")] IReadOnlyList<HeatPointView> Points, [property: JsonPropertyName("meta")] HeatMetaView Meta);

internal static class HeatApi
{
    public static void MapHeat(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/heatmap");
        api.MapGetAndHead("/player/{playerId:int}", PlayerAsync).Produces<HeatView>();
        api.MapGetAndHead("/team/{teamId:int}", TeamAsync).Produces<HeatView>();
        api.MapGetAndHead("/game/{gameId:int}", GameAsync).Produces<HeatView>();
    }

    private static async Task<IResult> PlayerAsync(
        int playerId, [FromQuery(Name = "game_id")] int? gameId, [FromQuery(Name = "time_start")] double? timeStart, [FromQuery(Name = "time_end")] double? timeEnd,
        ClaimsPrincipal person, TeamAccess access, CancellationToken cancellationToken)
    {
        if (await access.Players(person).SingleOrDefaultAsync(player => player.Id == playerId, cancellationToken) is not { } child)
        {
            return Results.NotFound();
        }

        // Only in teams that have the child on their roster: what is left in another team's game is not for its members.
        var games = access.Games(person).Where(game => (gameId == null || game.Id == gameId) && game.Team!.Roster.Any(link => link.PlayerId == playerId));
        return await AnswerAsync(
            games, moments => moments.Where(moment => moment.PlayerId == playerId), timeStart, timeEnd, new HeatSubject(child.Id, $"{child.FirstName} {child.LastName}", gameId), cancellationToken);
    }

    private static async Task<IResult> TeamAsync(
        int teamId, [FromQuery(Name = "game_id")] int? gameId, [FromQuery(Name = "time_start")] double? timeStart, [FromQuery(Name = "time_end")] double? timeEnd,
        ClaimsPrincipal person, TeamAccess access, CancellationToken cancellationToken) =>
        await access.Teams(person).AnyAsync(team => team.Id == teamId, cancellationToken)
            ? await AnswerAsync(access.Games(person).Where(game => game.TeamId == teamId && (gameId == null || game.Id == gameId)), OwnMoments, timeStart, timeEnd, new HeatSubject(null, null, gameId), cancellationToken)
            : Results.NotFound();

    /// <summary>All of a game, or, with the team's number, what is the team's own.</summary>
    private static async Task<IResult> GameAsync(
        int gameId, [FromQuery(Name = "team_id")] int? teamId, [FromQuery(Name = "time_start")] double? timeStart, [FromQuery(Name = "time_end")] double? timeEnd,
        ClaimsPrincipal person, TeamAccess access, CancellationToken cancellationToken)
    {
        var games = access.Games(person).Where(game => game.Id == gameId && (teamId == null || game.TeamId == teamId));
        return await games.AnyAsync(cancellationToken)
            ? await AnswerAsync(games, teamId is null ? moments => moments : OwnMoments, timeStart, timeEnd, new HeatSubject(null, null, gameId), cancellationToken)
            : Results.NotFound();
    }

    /// <summary>The team's: a player of it was tagged, or the side is the one that a coach called the team's.</summary>
    public static IQueryable<GameEvent> OwnMoments(IQueryable<GameEvent> moments) => moments.Where(moment => moment.PlayerId != null || (moment.Side != null && moment.Side == moment.Game!.OurSide));

    private static async Task<IResult> AnswerAsync(
        IQueryable<Game> games, Func<IQueryable<GameEvent>, IQueryable<GameEvent>> which, double? timeStart, double? timeEnd, HeatSubject subject, CancellationToken cancellationToken)
    {
        if ((timeStart is { } from && (!double.IsFinite(from) || from < 0)) || (timeEnd is { } until && (!double.IsFinite(until) || until < (timeStart ?? 0))))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "time_start and time_end must be seconds from 0 on, the end not before the start.");
        }

        var record = await HeatReader.ReadAsync(games, which, timeStart, timeEnd, cancellationToken);
        var map = record.Map;
        return Results.Ok(new HeatView(
            [.. map.Cells.Select(row => (IReadOnlyList<double>)[.. row.Select(cell => Math.Round(cell, 4))])],
            HeatMap.Columns,
            HeatMap.Rows,
            [.. map.Points.Select(point => new HeatPointView(point.X, point.Y, SnakeCase.Of(point.Type), point.Seconds))],
            new HeatMetaView(
                subject.PlayerId, subject.PlayerName, subject.GameId, Math.Round(map.Strongest, 4), map.Points.Count, record.PointsWithoutPlace, record.LengthM, record.WidthM, HeatRecord.RestsOn(map.Points.Count))));
    }

    private sealed record HeatSubject(int? PlayerId, string? PlayerName, int? GameId);
}
