using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Audit;
using Rig.Viewer.Corrections;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Administration;

/// <summary>Deletes accounts and children with every row that is theirs. Videos of a team are the team's: they go with their game.</summary>
internal sealed class FamilyRemoval(ViewerDb db, People people, MediaGrants grants, AuditLog audit)
{
    /// <param name="withChildren">Also the children that the account is linked to, whoever else is.</param>
    public async Task<RemovalOutcome> RemovePersonAsync(int userId, bool withChildren, int adminId, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId, cancellationToken) is not { } user)
        {
            return new RemovalOutcome(null, "This person is not there any more.");
        }

        if (await people.HoldsLastAdminAsync(user, cancellationToken) is { } problem)
        {
            return new RemovalOutcome(null, problem);
        }

        var removed = new Removal();
        if (withChildren)
        {
            foreach (var child in await db.ParentPlayers.Where(link => link.ParentId == userId).Select(link => link.PlayerId).ToListAsync(cancellationToken))
            {
                await RemoveChildRowsAsync(child, removed, cancellationToken);
            }
        }

        removed.Add(await db.ParentPlayers.Where(row => row.ParentId == userId).ExecuteDeleteAsync(cancellationToken), "link to a child", "links to children");
        removed.Add(await db.TeamCoaches.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken), "place as coach", "places as coach");
        removed.Add(await db.UserTeams.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken), "place in a team", "places in teams");
        removed.Add(await db.UserSessions.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken), "session", "sessions");
        removed.Add(await db.OutgoingMails.Where(row => row.UserId == userId || row.ToAddress == user.Email).ExecuteDeleteAsync(cancellationToken), "mail", "mails");
        removed.Add(await db.GameNotices.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellationToken), "notice", "notices");
        removed.Add(await db.AccountLinks.Where(row => row.UserId == userId || row.Email == user.Email).ExecuteDeleteAsync(cancellationToken), "account link", "account links");
        removed.Add(await db.Users.Where(row => row.Id == userId).ExecuteDeleteAsync(cancellationToken), "account", "accounts");

        // An administrator who removes himself is nobody afterwards.
        audit.Add(adminId == userId ? null : adminId, withChildren ? "delete_family" : "delete_person", $"person {userId}", removed.Sentence);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        grants.ForgetPerson(userId);
        return new RemovalOutcome(removed, null);
    }

    public async Task<RemovalOutcome> RemoveChildAsync(int playerId, int adminId, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var parents = await db.ParentPlayers.Where(row => row.PlayerId == playerId).Select(row => row.ParentId).ToListAsync(cancellationToken);
        var removed = new Removal();
        if (!await RemoveChildRowsAsync(playerId, removed, cancellationToken))
        {
            return new RemovalOutcome(null, "This child is not there any more.");
        }

        audit.Add(adminId, "delete_child", $"child {playerId}", removed.Sentence);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        // They saw the team's games by this child.
        parents.ForEach(grants.ForgetPerson);
        return new RemovalOutcome(removed, null);
    }

    private async Task<bool> RemoveChildRowsAsync(int playerId, Removal removed, CancellationToken cancellationToken)
    {
        removed.Add(await UnnameMomentsAsync(playerId, cancellationToken), "moment's name of a child", "moments' names of children");
        removed.Add(await db.ParentPlayers.Where(row => row.PlayerId == playerId).ExecuteDeleteAsync(cancellationToken), "link to a child", "links to children");
        removed.Add(await db.TeamPlayers.Where(row => row.PlayerId == playerId).ExecuteDeleteAsync(cancellationToken), "place on a roster", "places on rosters");
        removed.Add(await db.AccountLinks.Where(row => row.PlayerId == playerId).ExecuteDeleteAsync(cancellationToken), "account link", "account links");
        var children = await db.Players.Where(row => row.Id == playerId).ExecuteDeleteAsync(cancellationToken);
        removed.Add(children, "child", "children");
        return children > 0;
    }

    /// <summary>What a coach wrote of a child's moment may name it, and so may the clip that has its title from there.</summary>
    /// <returns>Moments that no longer tell of the child.</returns>
    private async Task<int> UnnameMomentsAsync(int playerId, CancellationToken cancellationToken)
    {
        var moments = await db.GameEvents.Where(row => row.PlayerId == playerId).ToListAsync(cancellationToken);
        var ids = moments.ConvertAll(moment => (int?)moment.Id);
        foreach (var clip in await db.Clips.Where(row => ids.Contains(row.EventId)).ToListAsync(cancellationToken))
        {
            var moment = moments.Single(row => row.Id == clip.EventId);
            clip.Title = CorrectedContent.TitleOf(null, moment.EventType, moment.TimestampSeconds);
        }

        moments.ForEach(moment => (moment.PlayerId, moment.Description) = (null, null));
        foreach (var correction in await db.MomentCorrections.Where(row => row.PlayerId == playerId).ToListAsync(cancellationToken))
        {
            foreach (var clip in await db.Clips.Where(row => row.GameId == correction.GameId && row.IsHidden && row.StartTime <= correction.TimestampSeconds && row.EndTime >= correction.TimestampSeconds).ToListAsync(cancellationToken))
            {
                clip.Title = CorrectedContent.TitleOf(null, correction.EventType, correction.TimestampSeconds);
            }

            (correction.PlayerId, correction.Description) = (null, null);
        }

        await db.SaveChangesAsync(cancellationToken);
        return moments.Count;
    }
}
