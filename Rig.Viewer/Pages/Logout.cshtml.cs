using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

internal sealed class LogoutModel(SignInManager<User> signIn) : PageModel
{
    /// <summary>Signing out takes the form, so that a link elsewhere cannot do it.</summary>
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync()
    {
        await signIn.SignOutAsync();
        return LocalRedirect("/login");
    }
}
