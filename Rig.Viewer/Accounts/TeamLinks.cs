using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts;

/// <summary>Ties people to teams and to children. Who may ask for it is decided by the caller; no person ties himself.</summary>
internal sealed class TeamLinks(ViewerDb db)
{
    private const int MaxRelationshipLength = 30;

    /// <summary>What is there already stays. Saved by the caller.</summary>
    public async Task JoinAsync(User user, int? teamId, UserRole role, int? playerId, string? relationship, CancellationToken cancellationToken)
    {
        if (teamId is { } team && role == UserRole.Coach)
        {
            if (!await db.TeamCoaches.AnyAsync(link => link.TeamId == team && link.UserId == user.Id, cancellationToken))
            {
                db.TeamCoaches.Add(new TeamCoach { TeamId = team, UserId = user.Id });
            }
        }
        else if (teamId is { } followed && !await db.UserTeams.AnyAsync(link => link.TeamId == followed && link.UserId == user.Id, cancellationToken))
        {
            db.UserTeams.Add(new UserTeam { TeamId = followed, UserId = user.Id, Role = role == UserRole.Parent ? UserTeamRole.TeamParent : UserTeamRole.Follower });
        }

        if (playerId is { } child)
        {
            await LinkAsync(user.Id, child, relationship, cancellationToken);
        }
    }

    /// <summary>Saved by the caller.</summary>
    public async Task LinkAsync(int parentId, int playerId, string? relationship, CancellationToken cancellationToken)
    {
        if (!await db.ParentPlayers.AnyAsync(link => link.ParentId == parentId && link.PlayerId == playerId, cancellationToken))
        {
            db.ParentPlayers.Add(new ParentPlayer { ParentId = parentId, PlayerId = playerId, Relationship = Relationship(relationship) });
        }
    }

    /// <returns>False when they were not linked.</returns>
    public async Task<bool> UnlinkAsync(int parentId, int playerId, CancellationToken cancellationToken) =>
        await db.ParentPlayers.Where(link => link.ParentId == parentId && link.PlayerId == playerId).ExecuteDeleteAsync(cancellationToken) == 1;

    /// <summary>Takes a person out of a team, as its coach and as its follower; a child on its roster still shows it to the parents.</summary>
    public async Task<bool> LeaveAsync(int teamId, int userId, CancellationToken cancellationToken) =>
        await db.TeamCoaches.Where(link => link.TeamId == teamId && link.UserId == userId).ExecuteDeleteAsync(cancellationToken)
        + await db.UserTeams.Where(link => link.TeamId == teamId && link.UserId == userId).ExecuteDeleteAsync(cancellationToken) > 0;

    private static string? Relationship(string? text) =>
        text?.Trim() is { Length: > 0 } trimmed ? string.Concat(trimmed.Where(c => !char.IsControl(c)).Take(MaxRelationshipLength)) : null;
}
