using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Notices;

/// <summary>Tells a team's people of a new game: at once, or in their next digest.</summary>
internal sealed class GameReadyMails(ViewerDb db, TeamPeople people, MailOutbox outbox, NoticeTexts texts, TimeProvider clock)
{
    /// <summary>Within the transaction that publishes the game. Who was told of it before is not told again.</summary>
    public async Task TellAsync(Game game, CancellationToken cancellationToken)
    {
        if (!outbox.IsOn)
        {
            return;
        }

        var teamName = await db.Teams.Where(team => team.Id == game.TeamId).Select(team => team.Name).SingleAsync(cancellationToken);
        var audience = await people.Of(game.TeamId).AsNoTracking()
            .Where(user => user.NotifyGameReady && user.NotifyFrequency != NotifyFrequency.None && !db.GameNotices.Any(notice => notice.UserId == user.Id && notice.GameId == game.Id))
            .OrderBy(user => user.Id).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var user in audience)
        {
            var atOnce = user.NotifyFrequency == NotifyFrequency.Instant;
            db.GameNotices.Add(new GameNotice { UserId = user.Id, GameId = game.Id, CreatedAt = now, MailedAt = atOnce ? now : null });
            if (atOnce)
            {
                outbox.Add(MailKind.GameReady, NoticeTexts.To(user), texts.GameReady(user, teamName, game));
            }
        }

        await db.SaveChangesAsync(cancellationToken);
    }
}
