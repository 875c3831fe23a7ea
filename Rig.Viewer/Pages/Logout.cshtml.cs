using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

internal sealed class LogoutModel(SignInManager<User> signIn, SessionRegistry sessions) : PageModel
{
    /// <summary>Signing out takes the form, so that a link elsewhere cannot do it.</summary>
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync()
    {
        if (await SessionCookie.KeyAsync(HttpContext) is { } key)
        {
            await sessions.EndAsync(key, HttpContext.RequestAborted);
        }

        await signIn.SignOutAsync();
        return LocalRedirect("/login");
    }

    public async Task<IActionResult> OnPostEverywhereAsync()
    {
        await sessions.EndAllAsync(SessionCookie.UserId(User), HttpContext.RequestAborted);
        await signIn.SignOutAsync();
        return LocalRedirect("/login");
    }
}
