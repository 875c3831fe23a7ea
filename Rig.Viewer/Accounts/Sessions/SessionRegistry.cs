using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Accounts;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts.Sessions;

/// <summary>
/// Who is signed in where. A cookie counts only while its session is here, so that a copy of it ends with the original.
/// </summary>
internal sealed class SessionRegistry(ViewerDb db, TimeProvider clock)
{
    /// <summary>A session that nobody used for so long is over.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromDays(14);

    /// <summary>More devices than that nobody has: the one that was used least recently is signed out.</summary>
    public const int MaxPerPerson = 20;

    private const int MaxDeviceLength = 300;

    // Written at most so often: each picture of a page is a request.
    private static readonly TimeSpan SeenStep = TimeSpan.FromMinutes(5);

    /// <param name="device">The browser's description of itself.</param>
    /// <returns>The key for the cookie; only its hash is kept.</returns>
    public async Task<string> StartAsync(int userId, string device, CancellationToken cancellationToken)
    {
        var key = SessionKey.New();
        var now = clock.GetUtcNow();
        await db.UserSessions.Where(session => session.LastSeenAt < now - Length).ExecuteDeleteAsync(cancellationToken);
        var kept = db.UserSessions.Where(session => session.UserId == userId).OrderByDescending(session => session.LastSeenAt).Take(MaxPerPerson - 1).Select(session => session.Id);
        await db.UserSessions.Where(session => session.UserId == userId && !kept.Contains(session.Id)).ExecuteDeleteAsync(cancellationToken);
        db.UserSessions.Add(new UserSession
        {
            Id = SessionKey.IdOf(key),
            UserId = userId,
            Device = device.Length > MaxDeviceLength ? device[..MaxDeviceLength] : device,
            CreatedAt = now,
            LastSeenAt = now,
        });
        await db.SaveChangesAsync(cancellationToken);
        return key;
    }

    /// <returns>False when the session was ended, is over or is another person's.</returns>
    public async Task<bool> IsOpenAsync(string key, int userId, CancellationToken cancellationToken)
    {
        var (id, now) = (SessionKey.IdOf(key), clock.GetUtcNow());
        var seen = await db.UserSessions.Where(session => session.Id == id && session.UserId == userId)
            .Select(session => (DateTimeOffset?)session.LastSeenAt).SingleOrDefaultAsync(cancellationToken);
        if (seen is not { } lastSeen || lastSeen < now - Length)
        {
            return false;
        }

        if (lastSeen < now - SeenStep)
        {
            await db.UserSessions.Where(session => session.Id == id).ExecuteUpdateAsync(row => row.SetProperty(session => session.LastSeenAt, now), cancellationToken);
        }

        return true;
    }

    /// <param name="id">SHA-256 of the session's key.</param>
    /// <returns>Null when the session was ended or is over.</returns>
    public async Task<int?> OwnerAsync(string id, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - Length;
        return await db.UserSessions.Where(session => session.Id == id && session.LastSeenAt >= oldest).Select(session => (int?)session.UserId).SingleOrDefaultAsync(cancellationToken);
    }

    public async Task EndAsync(string key, CancellationToken cancellationToken)
    {
        var id = SessionKey.IdOf(key);
        await db.UserSessions.Where(session => session.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    public Task EndAllAsync(int userId, CancellationToken cancellationToken) =>
        db.UserSessions.Where(session => session.UserId == userId).ExecuteDeleteAsync(cancellationToken);

    /// <returns>The open ones, the one that was used last first.</returns>
    public async Task<IReadOnlyList<UserSession>> ListAsync(int userId, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - Length;
        return await db.UserSessions.AsNoTracking().Where(session => session.UserId == userId && session.LastSeenAt >= oldest)
            .OrderByDescending(session => session.LastSeenAt).ThenBy(session => session.Id).ToListAsync(cancellationToken);
    }
}
