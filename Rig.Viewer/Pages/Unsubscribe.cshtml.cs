using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

/// <summary>
/// Ends mails about games. A mail program posts here by itself (RFC 8058), so there is no form's token: the address has one that
/// nobody can guess. Looking at the page changes nothing, for mail scanners follow links.
/// </summary>
[AllowAnonymous]
[IgnoreAntiforgeryToken]
[EnableRateLimiting(AccountsSetup.LoginLimit)]
internal sealed class UnsubscribeModel(ViewerDb db, MailAddresses addresses) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    public bool IsDone { get; private set; }

    public IActionResult OnGet() => addresses.UserOf(Token) is null ? NotFound() : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (addresses.UserOf(Token) is not { } userId)
        {
            return NotFound();
        }

        await db.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(row => row.SetProperty(user => user.NotifyFrequency, NotifyFrequency.None), cancellationToken);
        IsDone = true;
        return Page();
    }
}
