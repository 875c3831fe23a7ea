using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Links;

namespace Rig.Viewer.Pages;

/// <summary>Where an invited person makes the account; the link's token stands for the session.</summary>
[AllowAnonymous]
[EnableRateLimiting(AccountsSetup.LoginLimit)]
internal sealed class JoinModel(Invitations invitations) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    [BindProperty]
    public string? FirstName { get; set; }

    [BindProperty]
    public string? LastName { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string? Email { get; private set; }

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Email = (await invitations.FindAsync(Token, cancellationToken))?.Email;
        return Shown();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await invitations.FindAsync(Token, cancellationToken) is not { } link)
        {
            return Shown();
        }

        Email = link.Email;
        Problem = await invitations.JoinAsync(link, FirstName, LastName, Password, cancellationToken);
        return Problem is null ? LocalRedirect("/login") : Page();
    }

    private PageResult Shown()
    {
        Response.StatusCode = Email is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return Page();
    }
}
