using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Audit;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class TeamsModel(ViewerDb db, TeamRegistry registry, AuditLog audit) : PageModel
{
    public IReadOnlyList<Team> Teams { get; private set; } = [];

    public Outcome Outcome { get; private set; } = new(null, null);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Teams = await db.Teams.AsNoTracking().Include(team => team.Organization).OrderBy(team => team.Name).ThenBy(team => team.Id).ToListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? code, string? name, string? organization, string? season, int? birthYear, CancellationToken cancellationToken)
    {
        try
        {
            var team = await registry.AddAsync(new NewTeam(code?.Trim() ?? "", name ?? "", organization, string.IsNullOrWhiteSpace(season) ? null : season.Trim(), birthYear), cancellationToken);
            audit.Add(SessionCookie.UserId(User), "add_team", $"team {team.Id}");
            await db.SaveChangesAsync(cancellationToken);
            Outcome = new Outcome(null, $"{team.Name} is there.");
        }
        catch (InvalidOperationException refused)
        {
            // The command line's sentence, whose options are this form's fields.
            Outcome = new Outcome(refused.Message.Replace("--", "", StringComparison.Ordinal), null);
        }

        return await OnGetAsync(cancellationToken);
    }
}
