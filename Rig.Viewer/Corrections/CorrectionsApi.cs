using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Corrections;

/// <param name="MomentId">Null when the moment is gone.</param>
/// <param name="CorrectionId">Names the correction, for bringing a removed moment back; null for a correction of the game itself.</param>
internal sealed record CorrectionView(int GameId, int? MomentId, int? CorrectionId);

internal sealed record RemovedMoment(int CorrectionId, string EventType, double TimestampSeconds, string? Description);

/// <summary>Corrections by coaches as JSON; docs/ref/viewer-api.md.</summary>
internal static class CorrectionsApi
{
    public static void AddCorrections(this IServiceCollection services)
    {
        services.AddScoped<CorrectionRegistry>();
        services.AddScoped<CorrectionAccess>();
    }

    public static void MapCorrections(this IEndpointRouteBuilder routes)
    {
        var games = routes.MapGroup("/api/v1/games/{gameId:int}");
        games.MapGetAndHead("/corrections", RemovedAsync).Produces<IReadOnlyList<RemovedMoment>>();
        var changes = games.MapGroup("").AddEndpointFilter<FormToken>();
        changes.MapPost("/correction", (int gameId, GameChange change, ClaimsPrincipal person, CorrectionAccess access, CorrectionRegistry corrections, CancellationToken cancellationToken) =>
            AnswerAsync(person, gameId, access, withMoments: false, userId => corrections.CorrectGameAsync(gameId, userId, change, cancellationToken), cancellationToken)).Produces<CorrectionView>();
        changes.MapPost("/moments", (int gameId, MomentChange change, ClaimsPrincipal person, CorrectionAccess access, CorrectionRegistry corrections, CancellationToken cancellationToken) =>
            AnswerAsync(person, gameId, access, withMoments: true, userId => corrections.AddAsync(gameId, userId, change, cancellationToken), cancellationToken)).Produces<CorrectionView>();
        changes.MapPost("/moments/{momentId:int}", (int gameId, int momentId, MomentChange change, ClaimsPrincipal person, CorrectionAccess access, CorrectionRegistry corrections, CancellationToken cancellationToken) =>
            AnswerAsync(person, gameId, access, withMoments: true, userId => corrections.ChangeAsync(gameId, momentId, userId, change, cancellationToken), cancellationToken)).Produces<CorrectionView>();
        changes.MapPost("/moments/{momentId:int}/remove", (int gameId, int momentId, ClaimsPrincipal person, CorrectionAccess access, CorrectionRegistry corrections, CancellationToken cancellationToken) =>
            AnswerAsync(person, gameId, access, withMoments: true, userId => corrections.RemoveAsync(gameId, momentId, userId, cancellationToken), cancellationToken)).Produces<CorrectionView>();
        changes.MapPost("/corrections/{correctionId:int}/restore", (int gameId, int correctionId, ClaimsPrincipal person, CorrectionAccess access, CorrectionRegistry corrections, CancellationToken cancellationToken) =>
            AnswerAsync(person, gameId, access, withMoments: true, userId => corrections.RestoreAsync(gameId, correctionId, userId, cancellationToken), cancellationToken)).Produces<CorrectionView>();
    }

    /// <summary>The moments that coaches removed: for them to bring back, for nobody else to read.</summary>
    private static async Task<IResult> RemovedAsync(int gameId, ClaimsPrincipal person, CorrectionAccess access, ViewerDb db, CancellationToken cancellationToken) =>
        await access.RefuseAsync(person, gameId, withMoments: true, cancellationToken) is { } refusal
            ? ApiError.Of(refusal.Status, refusal.Error!)
            : Results.Ok(await Removed(db, gameId).ToListAsync(cancellationToken));

    public static IQueryable<RemovedMoment> Removed(ViewerDb db, int gameId) => db.MomentCorrections
        .Where(row => row.GameId == gameId && row.IsRemoved).OrderBy(row => row.TimestampSeconds).ThenBy(row => row.Id)
        .Select(row => new RemovedMoment(row.Id, SnakeCase.Of(row.EventType), row.TimestampSeconds, row.Description));

    private static async Task<IResult> AnswerAsync(
        ClaimsPrincipal person, int gameId, CorrectionAccess access, bool withMoments, Func<int, Task<CorrectionAnswer>> correct, CancellationToken cancellationToken)
    {
        var answer = await access.RefuseAsync(person, gameId, withMoments, cancellationToken) ?? await correct(SessionCookie.UserId(person));
        return answer.Error is { } error ? ApiError.Of(answer.Status, error) : Results.Ok(new CorrectionView(gameId, answer.MomentId, answer.CorrectionId));
    }
}
