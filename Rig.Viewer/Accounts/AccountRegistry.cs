using System.Net.Mail;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts;

/// <param name="Password">Null to have one made up.</param>
internal sealed record NewAccount(string Email, string Name, string Role, string? TeamCode, string? Password);

/// <param name="GeneratedPassword">To be shown once; it is stored nowhere. Null when the caller chose it.</param>
internal sealed record MadeAccount(string Email, string? GeneratedPassword);

/// <summary>Makes accounts. Nobody makes one for himself: a role and a team decide what children's videos are seen.</summary>
internal sealed class AccountRegistry(ViewerDb db, UserManager<User> users)
{
    // No 0/O, 1/l/I: the password is read out and typed.
    private const string PasswordAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int GeneratedLength = 16;

    /// <exception cref="InvalidOperationException">A value is not allowed or the address is taken; the message says which.</exception>
    public async Task<MadeAccount> AddAsync(NewAccount wanted, CancellationToken cancellationToken)
    {
        if (!MailAddress.TryCreate(wanted.Email, out var address) || address.Address != wanted.Email || wanted.Email.Length > 200)
        {
            throw new InvalidOperationException("--email is not an e-mail address, such as ann@example.org.");
        }

        var names = wanted.Name.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length != 2 || wanted.Name.Length > 100)
        {
            throw new InvalidOperationException("--name must be a first and a last name, at most 100 characters, such as \"Ann Lee\".");
        }

        if (!SnakeCase.TryParse<UserRole>(wanted.Role, out var role) || role is not (UserRole.Coach or UserRole.Parent or UserRole.Admin))
        {
            throw new InvalidOperationException("--role must be coach, parent or admin.");
        }

        var team = await TeamAsync(wanted.TeamCode, role, cancellationToken);
        var password = wanted.Password ?? RandomNumberGenerator.GetString(PasswordAlphabet, GeneratedLength);
        var user = new User { UserName = wanted.Email, Email = wanted.Email, FirstName = names[0], LastName = names[1], Role = role };

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var result = await users.CreateAsync(user, password);
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(string.Join(" ", result.Errors.Select(error => error.Description)));
        }

        if (team is not null && role == UserRole.Coach)
        {
            db.TeamCoaches.Add(new TeamCoach { TeamId = team.Id, UserId = user.Id });
        }
        else if (team is not null)
        {
            db.UserTeams.Add(new UserTeam { TeamId = team.Id, UserId = user.Id, Role = role == UserRole.Parent ? UserTeamRole.TeamParent : UserTeamRole.Manager });
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MadeAccount(wanted.Email, wanted.Password is null ? password : null);
    }

    private async Task<Team?> TeamAsync(string? code, UserRole role, CancellationToken cancellationToken)
    {
        if (code is null)
        {
            return role == UserRole.Admin
                ? null
                : throw new InvalidOperationException("--team is missing: a coach or parent needs the code of the team to see.");
        }

        return await db.Teams.SingleOrDefaultAsync(team => team.TeamCode == code, cancellationToken)
            ?? throw new InvalidOperationException($"There is no team {code}; make it with 'rig-viewer add-team'.");
    }
}
