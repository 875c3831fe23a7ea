using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts;

/// <summary>
/// Who may see what: the teams that a person coaches, follows, or has a child in; an admin all. Read from the database at every
/// request, so that a right that was taken away is gone at once.
/// </summary>
internal sealed class TeamAccess(ViewerDb db)
{
    public IQueryable<Team> Teams(ClaimsPrincipal person)
    {
        var userId = SessionCookie.UserId(person);
        return db.Teams.AsNoTracking().Where(team =>
            db.Users.Any(user => user.Id == userId && user.Role == UserRole.Admin)
            || db.TeamCoaches.Any(link => link.TeamId == team.Id && link.UserId == userId)
            || db.UserTeams.Any(link => link.TeamId == team.Id && link.UserId == userId)
            || db.TeamPlayers.Any(child => child.TeamId == team.Id && db.ParentPlayers.Any(link => link.PlayerId == child.PlayerId && link.ParentId == userId)));
    }

    /// <summary>Published games of those teams.</summary>
    public IQueryable<Game> Games(ClaimsPrincipal person)
    {
        var teams = Teams(person);
        return db.Games.AsNoTracking().Where(game => game.IsProcessed && teams.Any(team => team.Id == game.TeamId));
    }
}
