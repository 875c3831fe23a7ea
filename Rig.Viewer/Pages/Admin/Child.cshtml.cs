using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Administration;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class ChildModel(ViewerDb db, FamilyRemoval removal) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "playerId")]
    public int PlayerId { get; set; }

    /// <summary>Null once it was deleted; the page then says what went.</summary>
    public Player? Child { get; private set; }

    public IReadOnlyList<User> Parents { get; private set; } = [];

    public IReadOnlyList<Team> Teams { get; private set; } = [];

    public Outcome Outcome { get; private set; } = new(null, null);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Child = await db.Players.AsNoTracking().SingleOrDefaultAsync(player => player.Id == PlayerId, cancellationToken);
        if (Child is null)
        {
            return NotFound();
        }

        Parents = await db.Users.AsNoTracking().Where(user => db.ParentPlayers.Any(link => link.PlayerId == PlayerId && link.ParentId == user.Id)).OrderBy(user => user.Id).ToListAsync(cancellationToken);
        Teams = await db.Teams.AsNoTracking().Where(team => db.TeamPlayers.Any(place => place.PlayerId == PlayerId && place.TeamId == team.Id)).OrderBy(team => team.Id).ToListAsync(cancellationToken);
        return Page();
    }

    /// <param name="confirm">The child's whole name, typed.</param>
    public async Task<IActionResult> OnPostDeleteAsync(string? confirm, CancellationToken cancellationToken)
    {
        if (await db.Players.AsNoTracking().SingleOrDefaultAsync(player => player.Id == PlayerId, cancellationToken) is not { } child)
        {
            return NotFound();
        }

        if (confirm?.Trim() != $"{child.FirstName} {child.LastName}")
        {
            Outcome = new Outcome("Nothing was deleted: type the child's first and last name to confirm.", null);
            return await OnGetAsync(cancellationToken);
        }

        var outcome = await removal.RemoveChildAsync(PlayerId, SessionCookie.UserId(User), cancellationToken);
        Outcome = new Outcome(outcome.Problem, outcome.Removed is { } removed ? $"Removed: {removed.Sentence}." : null);
        return Page();
    }
}
