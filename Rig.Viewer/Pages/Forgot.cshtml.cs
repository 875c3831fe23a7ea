using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Links;
using Rig.Viewer.Mail;

namespace Rig.Viewer.Pages;

/// <summary>Asks for a new password. The answer is the same for every address.</summary>
[AllowAnonymous]
[EnableRateLimiting(AccountsSetup.LoginLimit)]
internal sealed class ForgotModel(ResetRequests requests, IOptions<MailOptions> mail) : PageModel
{
    [BindProperty(Name = "Input.Email")]
    public string? Email { get; set; }

    public bool IsMailOn => mail.Value.IsOn;

    public bool IsAsked { get; private set; }

    public IActionResult OnGet() => Page();

    public void OnPost()
    {
        IsAsked = true;
        if (IsMailOn && MailOptions.IsAddress(Email?.Trim()))
        {
            requests.Add(Email!.Trim());
        }
    }
}
