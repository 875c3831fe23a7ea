using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

internal sealed class AccountModel(ViewerDb db, SessionRegistry sessions) : PageModel
{
    public User Person { get; private set; } = null!;

    public IReadOnlyList<UserSession> Sessions { get; private set; } = [];

    private string? CurrentId { get; set; }

    public bool IsCurrent(UserSession session) => session.Id == CurrentId;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var userId = SessionCookie.UserId(User);
        Person = await db.Users.AsNoTracking().SingleAsync(user => user.Id == userId, cancellationToken);
        Sessions = await sessions.ListAsync(userId, cancellationToken);
        CurrentId = await SessionCookie.KeyAsync(HttpContext) is { } key ? SessionKey.IdOf(key) : null;
        return Page();
    }
}
