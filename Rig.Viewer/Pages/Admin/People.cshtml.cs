using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Links;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Administration;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class PeopleModel(ViewerDb db, People people, Invitations invitations) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Search { get; set; }

    public IReadOnlyList<User> Found { get; private set; } = [];

    public IReadOnlyList<Team> Teams { get; private set; } = [];

    public Outcome Outcome { get; private set; } = new(null, null);

    public bool IsDisabled(User user) => people.IsDisabled(user);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Found = await people.ListAsync(Search, cancellationToken);
        Teams = await db.Teams.AsNoTracking().Where(team => team.IsActive).OrderBy(team => team.Name).ThenBy(team => team.Id).ToListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostInviteAsync(string? email, string? role, int? teamId, CancellationToken cancellationToken)
    {
        if (!SnakeCase.TryParse<UserRole>(role, out var wanted) || (teamId is { } id && !await db.Teams.AnyAsync(team => team.Id == id, cancellationToken)))
        {
            Outcome = new Outcome("Choose a role and a team from the lists.", null);
        }
        else
        {
            var outcome = await invitations.InviteAsync(new NewInvitation(email, wanted, teamId, null, null), SessionCookie.UserId(User), cancellationToken);
            Outcome = new Outcome(outcome.Problem, outcome.Said, outcome.Path is { } path ? $"{Request.Scheme}://{Request.Host}{path}" : null);
        }

        return await OnGetAsync(cancellationToken);
    }
}
