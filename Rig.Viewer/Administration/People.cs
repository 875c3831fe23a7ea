using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Audit;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Administration;

/// <summary>Changes of an account by an administrator. There is always one administrator who can sign in.</summary>
internal sealed class People(ViewerDb db, SessionRegistry sessions, MediaGrants grants, AuditLog audit, TimeProvider clock)
{
    public const int MaxShown = 200;

    // Any constant: two administrators who remove each other at the same moment wait for each other.
    private const long AdminLock = 0x52494741444D494E;

    private const string LastAdmin = "This is the last administrator who can sign in; make another one first.";

    /// <param name="search">Part of a name or an address; null for all.</param>
    public async Task<IReadOnlyList<User>> ListAsync(string? search, CancellationToken cancellationToken)
    {
        var part = search?.Trim() is { Length: > 0 } text ? $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%" : null;
        return await db.Users.AsNoTracking()
            .Where(user => part == null || EF.Functions.ILike(user.FirstName + " " + user.LastName, part, "\\") || EF.Functions.ILike(user.Email!, part, "\\"))
            .OrderBy(user => user.LastName).ThenBy(user => user.FirstName).ThenBy(user => user.Id).Take(MaxShown).ToListAsync(cancellationToken);
    }

    public bool IsDisabled(User user) => user.LockoutEnd > clock.GetUtcNow();

    /// <returns>Why not, as a sentence; null when it was done.</returns>
    public Task<string?> SetRoleAsync(int userId, UserRole role, int adminId, CancellationToken cancellationToken) => ChangeAsync(
        userId,
        keepsAdmin: role == UserRole.Admin,
        user =>
        {
            audit.Add(adminId, "set_role", $"person {userId}", $"{SnakeCase.Of(user.Role)} to {SnakeCase.Of(role)}");
            user.Role = role;
        },
        cancellationToken);

    /// <summary>Ends every session; nothing is deleted.</summary>
    public async Task<string?> DisableAsync(int userId, int adminId, CancellationToken cancellationToken)
    {
        var problem = await ChangeAsync(
            userId,
            keepsAdmin: false,
            user =>
            {
                audit.Add(adminId, "disable_person", $"person {userId}");
                (user.LockoutEnabled, user.LockoutEnd) = (true, DateTimeOffset.MaxValue);
            },
            cancellationToken);
        if (problem is null)
        {
            await sessions.EndAllAsync(userId, cancellationToken);
            grants.ForgetPerson(userId);
        }

        return problem;
    }

    public Task<string?> EnableAsync(int userId, int adminId, CancellationToken cancellationToken) => ChangeAsync(
        userId,
        keepsAdmin: true,
        user =>
        {
            audit.Add(adminId, "enable_person", $"person {userId}");
            user.LockoutEnd = null;
        },
        cancellationToken);

    /// <summary>Within a transaction: nobody else changes administrators until it ends.</summary>
    /// <returns>The reason why the account must stay as it is; null when it may change.</returns>
    public async Task<string?> HoldsLastAdminAsync(User user, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AdminLock})", cancellationToken);
        var now = clock.GetUtcNow();
        return user.Role != UserRole.Admin || await db.Users.AnyAsync(other => other.Id != user.Id && other.Role == UserRole.Admin && (other.LockoutEnd == null || other.LockoutEnd < now), cancellationToken)
            ? null
            : LastAdmin;
    }

    private async Task<string?> ChangeAsync(int userId, bool keepsAdmin, Action<User> change, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Users.SingleOrDefaultAsync(row => row.Id == userId, cancellationToken) is not { } user)
        {
            return "This person is not there any more.";
        }

        if (!keepsAdmin && await HoldsLastAdminAsync(user, cancellationToken) is { } problem)
        {
            return problem;
        }

        change(user);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }
}
