using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Rig.Viewer.Accounts;
using Rig.Viewer.Operations;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

[AllowAnonymous]
[EnableRateLimiting(AccountsSetup.LoginLimit)]
internal sealed class LoginModel(SignInManager<User> signIn, IPasswordHasher<User> hasher, ViewerMetrics metrics, TimeProvider clock) : PageModel
{
    private const int MaxPasswordLength = 128;

    /// <summary>One sentence for every failure: nobody learns which addresses have an account, or which is locked.</summary>
    private const string Refused = "That e-mail and password do not go together. After five wrong tries an account rests for ten minutes.";

    private static readonly User Nobody = new() { FirstName = "", LastName = "" };
    private static string? nobodysHash;

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public LoginInput Input { get; set; } = new();

    public string? Problem { get; private set; }

    public IActionResult OnGet() => User.Identity?.IsAuthenticated == true ? Home() : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await SignInAsync())
        {
            metrics.SignIn(succeeded: true);
            return Home();
        }

        metrics.SignIn(succeeded: false);
        Problem = Refused;
        return Page();
    }

    private async Task<bool> SignInAsync()
    {
        if (string.IsNullOrEmpty(Input.Email) || string.IsNullOrEmpty(Input.Password) || Input.Password.Length > MaxPasswordLength)
        {
            return false;
        }

        if (await signIn.UserManager.FindByEmailAsync(Input.Email) is not { } user)
        {
            // As much work as for a real account, so that the answer's time says nothing either.
            nobodysHash ??= hasher.HashPassword(Nobody, "nobody's password");
            hasher.VerifyHashedPassword(Nobody, nobodysHash, Input.Password);
            return false;
        }

        var result = await signIn.PasswordSignInAsync(user, Input.Password, Input.StaySignedIn, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            user.LastLogin = clock.GetUtcNow();
            await signIn.UserManager.UpdateAsync(user);
        }

        return result.Succeeded;
    }

    /// <summary>Back to where the person wanted to go, but never to another site.</summary>
    private LocalRedirectResult Home() => LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/");
}

/// <summary>What the sign-in form sends: <c>Input.Email</c>, <c>Input.Password</c>, <c>Input.StaySignedIn</c>.</summary>
internal sealed class LoginInput
{
    public string? Email { get; set; }
    public string? Password { get; set; }
    public bool StaySignedIn { get; set; }
}
