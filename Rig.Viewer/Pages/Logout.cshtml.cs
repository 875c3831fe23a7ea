using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Hosting.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Pages;

internal sealed class LogoutModel(SignInManager<User> signIn, SessionRegistry sessions, MediaGrants grants) : PageModel
{
    /// <summary>Signing out takes the form, so that a link elsewhere cannot do it.</summary>
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync()
    {
        if (await SessionCookie.KeyAsync(HttpContext) is { } key)
        {
            await sessions.EndAsync(key, HttpContext.RequestAborted);
            grants.ForgetSession(SessionKey.IdOf(key));
        }

        await signIn.SignOutAsync();
        return LocalRedirect("/login");
    }

    public async Task<IActionResult> OnPostEverywhereAsync()
    {
        var userId = SessionCookie.UserId(User);
        await sessions.EndAllAsync(userId, HttpContext.RequestAborted);
        grants.ForgetPerson(userId);
        await signIn.SignOutAsync();
        return LocalRedirect("/login");
    }
}
