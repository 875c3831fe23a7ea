using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Games;

/// <summary>What a signed-in person may read as JSON; docs/ref/viewer-api.md.</summary>
internal static class GamesApi
{
    public const int MaxGames = 200;

    public static void AddGames(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
    });

    public static void MapGamesApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        api.MapGetAndHead("/me", MeAsync);
        api.MapGetAndHead("/teams", async (ClaimsPrincipal person, TeamAccess access, CancellationToken cancellationToken) => await access.Teams(person)
            .OrderBy(team => team.Name).ThenBy(team => team.Id)
            .Select(team => new TeamView(team.Id, team.Name, team.TeamCode, team.Season, team.BirthYearStart))
            .ToListAsync(cancellationToken));
        api.MapGetAndHead("/games", ListAsync);
        api.MapGetAndHead("/games/{gameId:int}", async Task<Results<Ok<GameSummary>, NotFound>> (int gameId, ClaimsPrincipal person, TeamAccess access, CancellationToken cancellationToken) =>
            await access.Games(person).Where(game => game.Id == gameId).Summaries().SingleOrDefaultAsync(cancellationToken) is { } game ? TypedResults.Ok(game) : TypedResults.NotFound());
        api.MapGetAndHead("/games/{gameId:int}/watch", async Task<Results<Ok<WatchView>, NotFound>> (int gameId, ClaimsPrincipal person, TeamAccess access, CancellationToken cancellationToken) =>
            await access.Games(person).WatchAsync(gameId, cancellationToken) is { } watch ? TypedResults.Ok(watch) : TypedResults.NotFound());
    }

    private static async Task<PersonView> MeAsync(ClaimsPrincipal person, ViewerDb db, CancellationToken cancellationToken)
    {
        var id = SessionCookie.UserId(person);
        var user = await db.Users.AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
        return new PersonView(user.Id, user.Email, user.FirstName, user.LastName, SnakeCase.Of(user.Role), SnakeCase.Of(user.NotifyFrequency));
    }

    private static async Task<IReadOnlyList<GameSummary>> ListAsync(int? team, string? season, string? opponent, ClaimsPrincipal person, TeamAccess access, TimeProvider clock, CancellationToken cancellationToken) =>
        await new GameFilter(team, season, opponent, null).Of(access.Games(person), clock.GetUtcNow()).Summaries().Take(MaxGames).ToListAsync(cancellationToken);
}
