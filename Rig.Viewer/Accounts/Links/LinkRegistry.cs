using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Accounts;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts.Links;

/// <summary>Links that work once and not for long. The database has only the hash of a link's token.</summary>
internal sealed class LinkRegistry(ViewerDb db, TimeProvider clock)
{
    /// <summary>A link that is over is remembered so long.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private const int MaxTokenLength = 100;

    /// <summary>Added to the caller's unit of work, which saves it.</summary>
    /// <returns>The token for the link's address; it is stored nowhere.</returns>
    public string Add(AccountLink link, TimeSpan length)
    {
        var token = SessionKey.New();
        link.Id = SessionKey.IdOf(token);
        link.CreatedAt = clock.GetUtcNow();
        link.ExpiresAt = link.CreatedAt + length;
        db.AccountLinks.Add(link);
        return token;
    }

    /// <returns>Null when it was never made, was used, or is over.</returns>
    public async Task<AccountLink?> FindAsync(string? token, LinkPurpose purpose, CancellationToken cancellationToken)
    {
        if (token is not { Length: > 0 and <= MaxTokenLength })
        {
            return null;
        }

        var (id, now) = (SessionKey.IdOf(token), clock.GetUtcNow());
        return await db.AccountLinks.AsNoTracking().SingleOrDefaultAsync(link => link.Id == id && link.Purpose == purpose && link.UsedAt == null && link.ExpiresAt > now, cancellationToken);
    }

    /// <returns>False when another request used it first.</returns>
    public async Task<bool> UseAsync(AccountLink link, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.AccountLinks.Where(row => row.Id == link.Id && row.UsedAt == null && row.ExpiresAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(one => one.UsedAt, now), cancellationToken) == 1;
    }

    public Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - KeptFor;
        return db.AccountLinks.Where(link => link.ExpiresAt < oldest).ExecuteDeleteAsync(cancellationToken);
    }
}
