using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Audit;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts.Links;

/// <summary>A new password by a link: from a mail that a person asked for, or from an administrator's hand.</summary>
internal sealed class PasswordResets(
    ViewerDb db, UserManager<User> users, LinkRegistry links, SessionRegistry sessions, MailOutbox outbox, MailAddresses addresses, AuditLog audit, TimeProvider clock)
{
    public static readonly TimeSpan Length = TimeSpan.FromHours(1);

    /// <summary>Mails that one account gets in an hour, whoever asks for them.</summary>
    public const int MaxInAnHour = 3;

    /// <summary>For a person who typed his address. Nothing happens for an address without an account, or one that is disabled.</summary>
    public async Task MailAsync(string email, CancellationToken cancellationToken)
    {
        if (!outbox.IsOn || await users.FindByEmailAsync(email) is not { } user || await users.IsLockedOutAsync(user))
        {
            return;
        }

        var hourAgo = clock.GetUtcNow() - Length;
        if (await db.AccountLinks.CountAsync(link => link.UserId == user.Id && link.Purpose == LinkPurpose.PasswordReset && link.CreatedAt > hourAgo, cancellationToken) >= MaxInAnHour)
        {
            return;
        }

        var token = await AddAsync(user, byId: null, cancellationToken);
        outbox.Add(
            MailKind.PasswordReset,
            new MailRecipient(user.Id, user.Email!, $"{user.FirstName} {user.LastName}"),
            MailText.Of(
                "Set a new password",
                [$"Hello {user.FirstName},", "somebody, most likely you, asked for a new password. The link works once, for an hour, and then signs you out everywhere else."],
                ("Set a new password", addresses.Of(Path(token))),
                "If it was not you, do nothing: the old password stays."));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>For an administrator who hands it over.</summary>
    /// <returns>Path and query of the link.</returns>
    public async Task<string> HandOverAsync(User user, int adminId, CancellationToken cancellationToken)
    {
        var token = await AddAsync(user, adminId, cancellationToken);
        audit.Add(adminId, "make_password_link", $"person {user.Id}");
        await db.SaveChangesAsync(cancellationToken);
        return Path(token);
    }

    public Task<AccountLink?> FindAsync(string? token, CancellationToken cancellationToken) => links.FindAsync(token, LinkPurpose.PasswordReset, cancellationToken);

    /// <summary>Sets the password, ends every session and every other link of the person.</summary>
    /// <returns>Why not, as a sentence; null when it was done.</returns>
    public async Task<string?> ResetAsync(AccountLink link, string? password, CancellationToken cancellationToken)
    {
        if (PasswordCheck.Problem(password ?? "") is { } weak)
        {
            return weak;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var user = await db.Users.SingleOrDefaultAsync(row => row.Id == link.UserId, cancellationToken);
        if (user is null || !await links.UseAsync(link, cancellationToken))
        {
            return "The link was used already.";
        }

        user.PasswordHash = users.PasswordHasher.HashPassword(user, password!);
        var updated = await users.UpdateSecurityStampAsync(user);
        if (!updated.Succeeded)
        {
            return string.Join(" ", updated.Errors.Select(error => error.Description));
        }

        await db.AccountLinks.Where(other => other.UserId == user.Id && other.Purpose == LinkPurpose.PasswordReset && other.UsedAt == null).ExecuteDeleteAsync(cancellationToken);
        await sessions.EndAllAsync(user.Id, cancellationToken);
        audit.Add(user.Id, "reset_password", $"person {user.Id}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private async Task<string> AddAsync(User user, int? byId, CancellationToken cancellationToken)
    {
        await links.ForgetOldAsync(cancellationToken);
        return links.Add(new AccountLink { Id = "", Purpose = LinkPurpose.PasswordReset, Email = user.Email!, UserId = user.Id, CreatedById = byId }, Length);
    }

    private static string Path(string token) => "/reset?token=" + token;
}
