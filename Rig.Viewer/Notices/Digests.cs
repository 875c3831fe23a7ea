using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Notices;

/// <summary>Puts what people wait for into one mail: a day, or a week, after the first game of it.</summary>
internal sealed class Digests(ViewerDb db, TeamPeople people, MailOutbox outbox, NoticeTexts texts, TimeProvider clock)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public async Task<IReadOnlyList<int>> DueAsync(CancellationToken cancellationToken)
    {
        var (day, week) = (clock.GetUtcNow() - Day, clock.GetUtcNow() - Week);
        return await db.Users.Where(user => db.GameNotices.Any(notice => notice.UserId == user.Id && notice.MailedAt == null
                && notice.CreatedAt <= (user.NotifyFrequency == NotifyFrequency.Weekly ? week : day)))
            .OrderBy(user => user.Id).Select(user => user.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Marks the notices and writes the mail, both or neither. Games that the person does not see any more are left out.</summary>
    public async Task WriteAsync(int userId, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var waiting = await db.GameNotices.FromSql($"SELECT * FROM game_notices WHERE user_id = {userId} AND mailed_at IS NULL FOR UPDATE SKIP LOCKED").AsTracking().ToListAsync(cancellationToken);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId, cancellationToken);
        if (waiting.Count > 0 && user is not null)
        {
            var now = clock.GetUtcNow();
            waiting.ForEach(notice => notice.MailedAt = now);
            var ids = waiting.Select(notice => notice.GameId).ToList();
            var games = await db.Games.AsNoTracking().Include(game => game.Team).Where(game => ids.Contains(game.Id) && game.IsProcessed)
                .OrderByDescending(game => game.GameDate).ThenByDescending(game => game.Id).ToListAsync(cancellationToken);
            var seen = new List<Game>();
            foreach (var game in games)
            {
                if (await people.Of(game.TeamId).AnyAsync(one => one.Id == userId, cancellationToken))
                {
                    seen.Add(game);
                }
            }

            if (seen.Count > 0 && user.NotifyGameReady && user.NotifyFrequency != NotifyFrequency.None)
            {
                outbox.Add(MailKind.Digest, NoticeTexts.To(user), texts.Digest(user, seen));
            }

            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }
}
