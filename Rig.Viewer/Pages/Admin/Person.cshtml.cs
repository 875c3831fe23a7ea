using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Links;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Administration;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class PersonModel(ViewerDb db, People people, FamilyRemoval removal, PasswordResets resets) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "personId")]
    public int PersonId { get; set; }

    /// <summary>Null once it was deleted; the page then says what went.</summary>
    public User? Person { get; private set; }

    public IReadOnlyList<Player> Children { get; private set; } = [];

    public IReadOnlyList<Team> Teams { get; private set; } = [];

    public bool IsDisabled { get; private set; }

    public Outcome Outcome { get; private set; } = new(null, null);

    private int AdminId => SessionCookie.UserId(User);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Person = await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == PersonId, cancellationToken);
        if (Person is null)
        {
            return NotFound();
        }

        IsDisabled = people.IsDisabled(Person);
        Children = await db.Players.AsNoTracking().Where(player => db.ParentPlayers.Any(link => link.ParentId == PersonId && link.PlayerId == player.Id)).OrderBy(player => player.Id).ToListAsync(cancellationToken);
        Teams = await db.Teams.AsNoTracking().Where(team => db.TeamCoaches.Any(link => link.UserId == PersonId && link.TeamId == team.Id) || db.UserTeams.Any(link => link.UserId == PersonId && link.TeamId == team.Id))
            .OrderBy(team => team.Name).ThenBy(team => team.Id).ToListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostRoleAsync(string? role, CancellationToken cancellationToken) => SnakeCase.TryParse<UserRole>(role, out var wanted)
        ? await SayAsync(await people.SetRoleAsync(PersonId, wanted, AdminId, cancellationToken), cancellationToken)
        : await SayAsync($"Choose a role: {SnakeCase.Choices<UserRole>()}.", cancellationToken);

    public async Task<IActionResult> OnPostDisableAsync(CancellationToken cancellationToken) => await SayAsync(await people.DisableAsync(PersonId, AdminId, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostEnableAsync(CancellationToken cancellationToken) => await SayAsync(await people.EnableAsync(PersonId, AdminId, cancellationToken), cancellationToken);

    /// <summary>A link for a new password, to be handed over: for who has no mail, or where the viewer sends none.</summary>
    public async Task<IActionResult> OnPostPasswordAsync(CancellationToken cancellationToken)
    {
        if (await db.Users.SingleOrDefaultAsync(user => user.Id == PersonId, cancellationToken) is { } person)
        {
            var path = await resets.HandOverAsync(person, AdminId, cancellationToken);
            Outcome = new Outcome(null, "Hand this link over yourself. It works once, for an hour, and is shown only now.", $"{Request.Scheme}://{Request.Host}{path}");
        }

        return await OnGetAsync(cancellationToken);
    }

    /// <param name="confirm">The person's address, typed.</param>
    public async Task<IActionResult> OnPostDeleteAsync(string? confirm, bool withChildren, CancellationToken cancellationToken)
    {
        var email = await db.Users.Where(user => user.Id == PersonId).Select(user => user.Email).SingleOrDefaultAsync(cancellationToken);
        if (email is null || !string.Equals(confirm?.Trim(), email, StringComparison.OrdinalIgnoreCase))
        {
            return await SayAsync("Nothing was deleted: type the person's e-mail address to confirm.", cancellationToken);
        }

        var outcome = await removal.RemovePersonAsync(PersonId, withChildren, AdminId, cancellationToken);
        if (outcome.Removed is not { } removed)
        {
            return await SayAsync(outcome.Problem, cancellationToken);
        }

        Outcome = new Outcome(null, $"Removed: {removed.Sentence}.");
        return Page();
    }

    private async Task<IActionResult> SayAsync(string? problem, CancellationToken cancellationToken)
    {
        Outcome = new Outcome(problem, problem is null ? "Done." : null);
        return await OnGetAsync(cancellationToken);
    }
}
