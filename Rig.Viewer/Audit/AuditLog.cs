using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Audit;

/// <summary>Remembers who did what. Neither names nor secrets: people, children and games are numbers.</summary>
internal sealed class AuditLog(ViewerDb db, TimeProvider clock)
{
    public const int MaxShown = 200;

    /// <summary>How long the log goes back.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(2 * 365);

    /// <summary>Saved by the caller, in the transaction of what was done.</summary>
    /// <param name="actorId">Null for who has no account, such as an invited person.</param>
    /// <param name="action">In snake_case, such as <c>delete_game</c>.</param>
    /// <param name="subject">Kind and number, such as <c>game 12</c>.</param>
    public void Add(int? actorId, string action, string subject, string? details = null) =>
        db.AuditEntries.Add(new AuditEntry { At = clock.GetUtcNow(), ActorId = actorId, Action = action, Subject = subject, Details = details });

    /// <returns>The newest first.</returns>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - KeptFor;
        await db.AuditEntries.Where(entry => entry.At < oldest).ExecuteDeleteAsync(cancellationToken);
        return await db.AuditEntries.AsNoTracking().Include(entry => entry.Actor).OrderByDescending(entry => entry.Id).Take(MaxShown).ToListAsync(cancellationToken);
    }
}
