using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.SignIn;
using Rig.Viewer.Operations;

namespace Rig.Viewer.Pages;

[AllowAnonymous]
[EnableRateLimiting(AccountsSetup.LoginLimit)]
internal sealed class LoginModel(PasswordSignIn signIn, ViewerMetrics metrics) : PageModel
{
    /// <summary>One sentence for every failure: nobody learns which addresses have an account, or which is locked.</summary>
    private const string Refused = "That e-mail and password do not go together. After five wrong tries the next ones have to wait, longer each time.";

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public LoginInput Input { get; set; } = new();

    public string? Problem { get; private set; }

    public IActionResult OnGet() => User.Identity?.IsAuthenticated == true ? Home() : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        var outcome = await signIn.TryAsync(HttpContext, Input.Email, Input.Password, Input.StaySignedIn);
        metrics.SignIn(outcome.Succeeded);
        if (outcome.Succeeded)
        {
            return Home();
        }

        Problem = outcome.Wait > TimeSpan.Zero ? $"There were too many wrong tries from here. Wait {Words(outcome.Wait)}, then try again." : Refused;
        return Page();
    }

    private static string Words(TimeSpan wait) => wait.TotalSeconds switch
    {
        <= 60 => "a minute",
        var seconds => $"{Math.Ceiling(seconds / 60):0} minutes",
    };

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
