using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Audit;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Administration;

/// <param name="Parents">Accounts that are linked to the child.</param>
internal sealed record RosterEntry(Player Player, string? JerseyNumber, IReadOnlyList<User> Parents);

/// <summary>A team's children and people, for its coach or an administrator; who that is, is decided by the caller.</summary>
internal sealed class Rosters(ViewerDb db, TeamLinks links, MediaGrants grants, AuditLog audit)
{
    private const int MaxNameLength = 50;
    private const int MaxJerseyLength = 4;

    public async Task<IReadOnlyList<RosterEntry>> ListAsync(int teamId, CancellationToken cancellationToken)
    {
        var places = await db.TeamPlayers.AsNoTracking().Where(place => place.TeamId == teamId)
            .Join(db.Players, place => place.PlayerId, player => player.Id, (place, player) => new { place.JerseyNumber, Player = player })
            .OrderBy(row => row.Player.LastName).ThenBy(row => row.Player.FirstName).ThenBy(row => row.Player.Id).ToListAsync(cancellationToken);
        var ids = places.Select(row => row.Player.Id).ToList();
        var parents = (await db.ParentPlayers.AsNoTracking().Where(link => ids.Contains(link.PlayerId))
            .Join(db.Users, link => link.ParentId, user => user.Id, (link, user) => new { link.PlayerId, User = user }).ToListAsync(cancellationToken)).ToLookup(row => row.PlayerId, row => row.User);
        return [.. places.Select(row => new RosterEntry(row.Player, row.JerseyNumber, [.. parents[row.Player.Id]]))];
    }

    public async Task<IReadOnlyList<User>> CoachesAsync(int teamId, CancellationToken cancellationToken) => await db.Users.AsNoTracking()
        .Where(user => db.TeamCoaches.Any(link => link.TeamId == teamId && link.UserId == user.Id)).OrderBy(user => user.LastName).ThenBy(user => user.Id).ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<User>> FollowersAsync(int teamId, CancellationToken cancellationToken) => await db.Users.AsNoTracking()
        .Where(user => db.UserTeams.Any(link => link.TeamId == teamId && link.UserId == user.Id)).OrderBy(user => user.LastName).ThenBy(user => user.Id).ToListAsync(cancellationToken);

    /// <returns>Why not, as a sentence; null when it was done. So with all that follow.</returns>
    public async Task<string?> AddPlayerAsync(int teamId, string? firstName, string? lastName, string? jersey, int actorId, CancellationToken cancellationToken)
    {
        if (!IsName(firstName) || !IsName(lastName))
        {
            return $"A child's first and last name have 1 to {MaxNameLength} characters.";
        }

        if (Jersey(jersey) is { Length: > MaxJerseyLength })
        {
            return $"A shirt's number has at most {MaxJerseyLength} characters.";
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var player = new Player { FirstName = firstName!.Trim(), LastName = lastName!.Trim() };
        db.Players.Add(player);
        await db.SaveChangesAsync(cancellationToken);
        db.TeamPlayers.Add(new TeamPlayer { TeamId = teamId, PlayerId = player.Id, JerseyNumber = Jersey(jersey) });
        audit.Add(actorId, "add_child", $"child {player.Id}", $"team {teamId}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    public async Task<string?> SetJerseyAsync(int teamId, int playerId, string? jersey, int actorId, CancellationToken cancellationToken)
    {
        if (Jersey(jersey) is { Length: > MaxJerseyLength })
        {
            return $"A shirt's number has at most {MaxJerseyLength} characters.";
        }

        if (await db.TeamPlayers.SingleOrDefaultAsync(place => place.TeamId == teamId && place.PlayerId == playerId, cancellationToken) is not { } place)
        {
            return "This child is not on the roster.";
        }

        place.JerseyNumber = Jersey(jersey);
        audit.Add(actorId, "set_jersey", $"child {playerId}", $"team {teamId}");
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    /// <summary>The child stays known to the club; only an administrator deletes it.</summary>
    public async Task<string?> RemovePlayerAsync(int teamId, int playerId, int actorId, CancellationToken cancellationToken)
    {
        if (await db.TeamPlayers.Where(place => place.TeamId == teamId && place.PlayerId == playerId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return "This child is not on the roster.";
        }

        audit.Add(actorId, "leave_roster", $"child {playerId}", $"team {teamId}");
        await db.SaveChangesAsync(cancellationToken);
        (await db.ParentPlayers.Where(link => link.PlayerId == playerId).Select(link => link.ParentId).ToListAsync(cancellationToken)).ForEach(grants.ForgetPerson);
        return null;
    }

    /// <summary>Somebody who belongs to the team becomes a parent of a child of its roster.</summary>
    public async Task<string?> LinkParentAsync(int teamId, int parentId, int playerId, string? relationship, int actorId, CancellationToken cancellationToken)
    {
        if (!await db.TeamPlayers.AnyAsync(place => place.TeamId == teamId && place.PlayerId == playerId, cancellationToken))
        {
            return "This child is not on the roster.";
        }

        if (!await db.UserTeams.AnyAsync(link => link.TeamId == teamId && link.UserId == parentId, cancellationToken)
            && !await db.TeamCoaches.AnyAsync(link => link.TeamId == teamId && link.UserId == parentId, cancellationToken))
        {
            return "Choose somebody who belongs to the team; invite others first.";
        }

        await links.LinkAsync(parentId, playerId, relationship, cancellationToken);
        audit.Add(actorId, "link_parent", $"child {playerId}", $"person {parentId}");
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    public async Task<string?> UnlinkParentAsync(int teamId, int parentId, int playerId, int actorId, CancellationToken cancellationToken)
    {
        if (!await db.TeamPlayers.AnyAsync(place => place.TeamId == teamId && place.PlayerId == playerId, cancellationToken) || !await links.UnlinkAsync(parentId, playerId, cancellationToken))
        {
            return "They are not linked.";
        }

        audit.Add(actorId, "unlink_parent", $"child {playerId}", $"person {parentId}");
        await db.SaveChangesAsync(cancellationToken);
        grants.ForgetPerson(parentId);
        return null;
    }

    public async Task<string?> RemoveFromTeamAsync(int teamId, int userId, int actorId, CancellationToken cancellationToken)
    {
        if (!await links.LeaveAsync(teamId, userId, cancellationToken))
        {
            return "This person does not belong to the team.";
        }

        audit.Add(actorId, "leave_team", $"person {userId}", $"team {teamId}");
        await db.SaveChangesAsync(cancellationToken);
        grants.ForgetPerson(userId);
        return null;
    }

    private static bool IsName(string? text) => text?.Trim() is { Length: >= 1 and <= MaxNameLength } name && !name.Any(char.IsControl);

    private static string? Jersey(string? text) => text?.Trim() is { Length: > 0 } number ? string.Concat(number.Where(c => !char.IsControl(c))) : null;
}
