using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Accounts;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

internal sealed class AccountModel(ViewerDb db, SessionRegistry sessions, TeamPeople people) : PageModel
{
    public User Person { get; private set; } = null!;

    public IReadOnlyList<UserSession> Sessions { get; private set; } = [];

    /// <summary>Teams that the person coaches; for an admin none, who has pages for all.</summary>
    public IReadOnlyList<Team> LedTeams { get; private set; } = [];

    public string? Said { get; private set; }

    public string? Problem { get; private set; }

    private string? CurrentId { get; set; }

    public bool IsCurrent(UserSession session) => session.Id == CurrentId;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var userId = SessionCookie.UserId(User);
        Person = await db.Users.AsNoTracking().SingleAsync(user => user.Id == userId, cancellationToken);
        Sessions = await sessions.ListAsync(userId, cancellationToken);
        LedTeams = Person.Role == UserRole.Admin ? [] : await people.LedBy(User).OrderBy(team => team.Name).ThenBy(team => team.Id).ToListAsync(cancellationToken);
        CurrentId = await SessionCookie.KeyAsync(HttpContext) is { } key ? SessionKey.IdOf(key) : null;
        return Page();
    }

    /// <summary>How often mails come, and of what.</summary>
    /// <param name="frequency">A name of <see cref="NotifyFrequency"/>.</param>
    public async Task<IActionResult> OnPostMailAsync(string? frequency, bool gameReady, CancellationToken cancellationToken)
    {
        var userId = SessionCookie.UserId(User);
        if (SnakeCase.TryParse<NotifyFrequency>(frequency, out var often))
        {
            await db.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
                row => row.SetProperty(user => user.NotifyFrequency, often).SetProperty(user => user.NotifyGameReady, gameReady),
                cancellationToken);
            Said = "Saved.";
        }
        else
        {
            Problem = $"Choose how often mails come: {SnakeCase.Choices<NotifyFrequency>()}.";
        }

        return await OnGetAsync(cancellationToken);
    }
}
