using System.Security.Claims;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Games;

namespace Rig.Viewer.Schedule;

/// <param name="GameStatus"><c>ready</c>, <c>processing</c>, <c>scheduled</c> or <c>manual</c>.</param>
internal sealed record ScheduledGameView(int Id, int TeamId, string TeamName, string? Opponent, DateTimeOffset GameDate, string? Location, int? HomeScore, int? AwayScore, string GameStatus)
{
    public static ScheduledGameView Of(GameSummary game, DateTimeOffset now) => new(
        game.Id, game.TeamId, game.TeamName, game.Opponent, game.GameDate, game.Location, game.HomeScore, game.AwayScore,
        game.State == "scheduled" && game.GameDate < now ? "manual" : game.State);
}

internal static class ScheduleApi
{
    public static void AddSchedule(this IServiceCollection services) => services.AddScoped<ScheduleRegistry>();

    public static void MapSchedule(this IEndpointRouteBuilder routes) => routes.MapGetAndHead("/api/games/schedule", ListAsync);

    private static async Task<IReadOnlyList<ScheduledGameView>> ListAsync(
        [FromQuery(Name = "team_id")] int? teamId, ClaimsPrincipal person, TeamAccess access, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var games = await access.ScheduledGames(person).Where(game => teamId == null || game.TeamId == teamId).Summaries().Take(GamesApi.MaxGames).ToListAsync(cancellationToken);
        return [.. games.Select(game => ScheduledGameView.Of(game, now))];
    }
}
