using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Accounts;
using Rig.Viewer.Audit;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts.Links;

/// <param name="PlayerId">The child whose parent the invited person is; null for none.</param>
internal sealed record NewInvitation(string? Email, UserRole Role, int? TeamId, int? PlayerId, string? Relationship);

/// <param name="Problem">Why nothing was done; null when it was.</param>
/// <param name="Path">Path and query of the link, to be handed over where no mail is sent; null when a mail brings it or no link is needed.</param>
internal sealed record InvitationOutcome(string? Problem, string? Said, string? Path = null);

/// <summary>
/// Invites people: a link by mail, good for seven days and one account. Who invites whom into what is decided by the caller. Somebody
/// who has an account already gets the team and the child at once.
/// </summary>
internal sealed class Invitations(ViewerDb db, UserManager<User> users, LinkRegistry links, TeamLinks teams, MailOutbox outbox, MailAddresses addresses, AuditLog audit)
{
    public static readonly TimeSpan Length = TimeSpan.FromDays(7);

    private const int MaxNameLength = 50;

    public async Task<InvitationOutcome> InviteAsync(NewInvitation wanted, int inviterId, CancellationToken cancellationToken)
    {
        var email = wanted.Email?.Trim();
        if (!MailOptions.IsAddress(email))
        {
            return new InvitationOutcome("That is no e-mail address, such as ann@example.org.", null);
        }

        if (wanted.TeamId is null && wanted.Role != UserRole.Admin)
        {
            return new InvitationOutcome("Choose a team: without one the person would see no game.", null);
        }

        if (await users.FindByEmailAsync(email!) is { } known)
        {
            await teams.JoinAsync(known, wanted.TeamId, wanted.Role, wanted.PlayerId, wanted.Relationship, cancellationToken);
            audit.Add(inviterId, "add_person", $"person {known.Id}", wanted.TeamId is { } teamId ? $"team {teamId}" : null);
            await db.SaveChangesAsync(cancellationToken);
            return new InvitationOutcome(null, $"{email} has an account already and was added; the role did not change.");
        }

        await links.ForgetOldAsync(cancellationToken);
        var token = links.Add(
            new AccountLink
            {
                Id = "",
                Purpose = LinkPurpose.Invitation,
                Email = email!,
                Role = wanted.Role,
                TeamId = wanted.TeamId,
                PlayerId = wanted.PlayerId,
                Relationship = wanted.Relationship,
                CreatedById = inviterId,
            },
            Length);
        audit.Add(inviterId, "invite", $"role {SnakeCase.Of(wanted.Role)}", wanted.TeamId is { } id ? $"team {id}" : null);
        var path = "/join?token=" + token;
        if (outbox.IsOn)
        {
            outbox.Add(MailKind.Invitation, new MailRecipient(null, email!, ""), await TextAsync(wanted, inviterId, path, cancellationToken));
        }

        await db.SaveChangesAsync(cancellationToken);
        return outbox.IsOn
            ? new InvitationOutcome(null, $"An invitation is on its way to {email}. It works once, for seven days.")
            : new InvitationOutcome(null, $"This viewer sends no mail. Hand this link to {email} yourself; it works once, for seven days, and is shown only now.", path);
    }

    public Task<AccountLink?> FindAsync(string? token, CancellationToken cancellationToken) => links.FindAsync(token, LinkPurpose.Invitation, cancellationToken);

    /// <returns>Why not, as a sentence; null when the account is there.</returns>
    public async Task<string?> JoinAsync(AccountLink link, string? firstName, string? lastName, string? password, CancellationToken cancellationToken)
    {
        if (!IsName(firstName) || !IsName(lastName))
        {
            return $"First and last name have 1 to {MaxNameLength} characters.";
        }

        if (PasswordCheck.Problem(password ?? "") is { } weak)
        {
            return weak;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await links.UseAsync(link, cancellationToken))
        {
            return "The invitation was used already.";
        }

        var user = new User { UserName = link.Email, Email = link.Email, EmailConfirmed = true, FirstName = firstName!.Trim(), LastName = lastName!.Trim(), Role = link.Role ?? UserRole.Parent };
        var made = await users.CreateAsync(user, password!);
        if (!made.Succeeded)
        {
            return string.Join(" ", made.Errors.Select(error => error.Description));
        }

        await teams.JoinAsync(user, link.TeamId, user.Role, link.PlayerId, link.Relationship, cancellationToken);
        audit.Add(user.Id, "join", $"person {user.Id}", link.TeamId is { } teamId ? $"team {teamId}" : null);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private async Task<MailText> TextAsync(NewInvitation wanted, int inviterId, string path, CancellationToken cancellationToken)
    {
        var inviter = await db.Users.AsNoTracking().SingleAsync(user => user.Id == inviterId, cancellationToken);
        var team = wanted.TeamId is { } teamId ? await db.Teams.Where(row => row.Id == teamId).Select(row => row.Name).SingleAsync(cancellationToken) : "your club";
        return MailText.Of(
            $"Watch the games of {team}",
            ["Hello,", $"{inviter.FirstName} {inviter.LastName} invites you to watch the games of {team}.", "The link makes your account. It works once, for seven days; do not hand it on."],
            ("Make my account", addresses.Of(path)),
            "You get this because somebody of the club typed your address. If you do not know why, do nothing: without the link no account is made.");
    }

    private static bool IsName(string? text) => text?.Trim() is { Length: >= 1 and <= MaxNameLength } name && !name.Any(char.IsControl);
}
