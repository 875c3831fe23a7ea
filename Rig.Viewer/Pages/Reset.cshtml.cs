using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Links;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Pages;

/// <summary>Where the holder of a link sets a new password.</summary>
[AllowAnonymous]
[EnableRateLimiting(AccountsSetup.LoginLimit)]
internal sealed class ResetModel(PasswordResets resets, MediaGrants grants) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string? Email { get; private set; }

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Email = (await resets.FindAsync(Token, cancellationToken))?.Email;
        return Shown();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await resets.FindAsync(Token, cancellationToken) is not { } link)
        {
            return Shown();
        }

        Email = link.Email;
        Problem = await resets.ResetAsync(link, Password, cancellationToken);
        if (Problem is not null)
        {
            return Page();
        }

        grants.ForgetPerson(link.UserId!.Value);
        return LocalRedirect("/login");
    }

    private PageResult Shown()
    {
        Response.StatusCode = Email is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return Page();
    }
}
