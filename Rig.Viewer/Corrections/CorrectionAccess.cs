using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;

namespace Rig.Viewer.Corrections;

/// <summary>What came of a correction.</summary>
/// <param name="Error">One sentence, when the status is not 200.</param>
internal sealed record CorrectionAnswer(int Status, string? Error = null, int? MomentId = null, int? CorrectionId = null)
{
    public static CorrectionAnswer Wrong(string error) => new(StatusCodes.Status400BadRequest, error);
}

/// <summary>A game is corrected by the coaches of its team and by admins, and by nobody else who sees it.</summary>
internal sealed class CorrectionAccess(TeamAccess access)
{
    private static readonly CorrectionAnswer NotThere = new(StatusCodes.Status404NotFound, "There is nothing here, or it belongs to a team that this account does not see.");
    private static readonly CorrectionAnswer NotAllowed = new(StatusCodes.Status403Forbidden, "Only the team's coaches correct a game. Ask one of them.");

    /// <returns>Null when the person may.</returns>
    /// <param name="withMoments">A game that is only in the schedule has none.</param>
    public async Task<CorrectionAnswer?> RefuseAsync(ClaimsPrincipal person, int gameId, bool withMoments, CancellationToken cancellationToken)
    {
        var games = withMoments ? access.Games(person) : access.ScheduledGames(person);
        if (await games.Where(game => game.Id == gameId).Select(game => (int?)game.TeamId).SingleOrDefaultAsync(cancellationToken) is not { } teamId)
        {
            return NotThere;
        }

        return await MayCoachAsync(person, teamId, cancellationToken) ? null : NotAllowed;
    }

    public Task<bool> MayCoachAsync(ClaimsPrincipal person, int teamId, CancellationToken cancellationToken) =>
        access.CoachedTeams(person).AnyAsync(team => team.Id == teamId, cancellationToken);
}
