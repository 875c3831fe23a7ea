using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts;

/// <summary>The people of teams, the other way round than <see cref="TeamAccess"/>: who leads a team, and whom its games are for.</summary>
internal sealed class TeamPeople(ViewerDb db, TimeProvider clock)
{
    public Task<bool> IsAdminAsync(ClaimsPrincipal person, CancellationToken cancellationToken)
    {
        var userId = SessionCookie.UserId(person);
        return db.Users.AnyAsync(user => user.Id == userId && user.Role == UserRole.Admin, cancellationToken);
    }

    /// <summary>Teams whose people and children somebody may manage: those that he coaches; an admin all.</summary>
    public IQueryable<Team> LedBy(ClaimsPrincipal person)
    {
        var userId = SessionCookie.UserId(person);
        return db.Teams.AsNoTracking().Where(team =>
            db.Users.Any(user => user.Id == userId && user.Role == UserRole.Admin) || db.TeamCoaches.Any(link => link.TeamId == team.Id && link.UserId == userId));
    }

    /// <summary>Who belongs to a team and may sign in. An admin sees every team, but belongs only to his own.</summary>
    public IQueryable<User> Of(int teamId)
    {
        var now = clock.GetUtcNow();
        return db.Users.Where(user => (user.LockoutEnd == null || user.LockoutEnd < now)
            && (db.TeamCoaches.Any(link => link.TeamId == teamId && link.UserId == user.Id)
                || db.UserTeams.Any(link => link.TeamId == teamId && link.UserId == user.Id)
                || db.TeamPlayers.Any(child => child.TeamId == teamId && db.ParentPlayers.Any(link => link.PlayerId == child.PlayerId && link.ParentId == user.Id))));
    }
}
