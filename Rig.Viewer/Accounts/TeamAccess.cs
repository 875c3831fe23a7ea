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

    /// <summary>Teams whose games the person may correct and whose schedule he may keep: those that he coaches; an admin all.</summary>
    public IQueryable<Team> CoachedTeams(ClaimsPrincipal person)
    {
        var userId = SessionCookie.UserId(person);
        return db.Teams.AsNoTracking().Where(team =>
            db.Users.Any(user => user.Id == userId && user.Role == UserRole.Admin) || db.TeamCoaches.Any(link => link.TeamId == team.Id && link.UserId == userId));
    }

    /// <summary>Published games of the person's teams.</summary>
    public IQueryable<Game> Games(ClaimsPrincipal person) => ScheduledGames(person).Where(game => game.IsProcessed);

    /// <summary>Those, and the games that are only in the schedule or on their way: of these nothing but date, place, opponent and score is for showing.</summary>
    public IQueryable<Game> ScheduledGames(ClaimsPrincipal person)
    {
        var teams = Teams(person);
        return db.Games.AsNoTracking().Where(game => teams.Any(team => team.Id == game.TeamId));
    }

    /// <summary>The children on those teams' rosters, and no others.</summary>
    public IQueryable<Player> Players(ClaimsPrincipal person)
    {
        var teams = Teams(person);
        return db.Players.AsNoTracking().Where(player => db.TeamPlayers.Any(link => link.PlayerId == player.Id && teams.Any(team => team.Id == link.TeamId)));
    }
}
