using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts;

internal sealed record NewTeam(string Code, string Name, string? Organization, string? Season, int? BirthYear);

/// <summary>Makes teams and their clubs.</summary>
internal sealed partial class TeamRegistry(ViewerDb db)
{
    private const int MaxNameLength = 100;

    /// <exception cref="InvalidOperationException">A value is not allowed or the code is taken; the message says which.</exception>
    public async Task<Team> AddAsync(NewTeam wanted, CancellationToken cancellationToken)
    {
        if (!IsTeamCode(wanted.Code))
        {
            throw new InvalidOperationException("--code must be 2 to 16 capital letters, digits or '-', starting with a letter or digit, such as BLUE12.");
        }

        if (string.IsNullOrWhiteSpace(wanted.Name) || wanted.Name.Length > MaxNameLength)
        {
            throw new InvalidOperationException($"--name must be 1 to {MaxNameLength} characters.");
        }

        if (wanted.BirthYear is < 1950 or > 2100)
        {
            throw new InvalidOperationException("--birth-year must be a year, such as 2014.");
        }

        if (await db.Teams.AnyAsync(team => team.TeamCode == wanted.Code, cancellationToken))
        {
            throw new InvalidOperationException($"There is a team {wanted.Code} already; choose another --code.");
        }

        var team = new Team
        {
            TeamCode = wanted.Code,
            Name = wanted.Name.Trim(),
            Organization = await OrganizationAsync(wanted.Organization, cancellationToken),
            Season = wanted.Season,
            BirthYearStart = wanted.BirthYear,
        };
        db.Teams.Add(team);
        await db.SaveChangesAsync(cancellationToken);
        return team;
    }

    public static bool IsTeamCode(string? code) => code is not null && TeamCodePattern().IsMatch(code);

    private async Task<Organization?> OrganizationAsync(string? name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return null;
        }

        var slug = NotSlugPattern().Replace(name.Trim().ToLowerInvariant(), "-").Trim('-');
        if (slug.Length is 0 or > MaxNameLength)
        {
            throw new InvalidOperationException($"--organization must be 1 to {MaxNameLength} characters with a letter or digit.");
        }

        return await db.Organizations.SingleOrDefaultAsync(organization => organization.Slug == slug, cancellationToken)
            ?? new Organization { Name = name.Trim(), Slug = slug };
    }

    [GeneratedRegex("^[A-Z0-9][A-Z0-9-]{1,15}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex TeamCodePattern();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotSlugPattern();
}
