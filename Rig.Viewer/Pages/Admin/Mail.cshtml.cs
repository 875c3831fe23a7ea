using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Audit;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

/// <summary>What became of every mail of the last months; those that failed first.</summary>
internal sealed class MailModel(ViewerDb db, MailQueue queue, AuditLog audit, IOptions<MailOptions> options) : PageModel
{
    private const int MaxShown = 200;

    public bool IsMailOn => options.Value.IsOn;

    public IReadOnlyList<OutgoingMail> Mails { get; private set; } = [];

    public Outcome Outcome { get; private set; } = new(null, null);

    public static string Words(MailState state) => state switch
    {
        MailState.Waiting => "waiting",
        MailState.Sending => "being sent",
        MailState.Sent => "sent",
        MailState.Failed => "failed",
        _ => "may have been sent",
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Mails = await db.OutgoingMails.AsNoTracking()
            .OrderByDescending(mail => mail.State == MailState.Failed || mail.State == MailState.Uncertain).ThenByDescending(mail => mail.Id).Take(MaxShown).ToListAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAgainAsync(long mailId, CancellationToken cancellationToken)
    {
        if (await queue.SendAgainAsync(mailId, cancellationToken))
        {
            audit.Add(SessionCookie.UserId(User), "send_again", $"mail {mailId}");
            await db.SaveChangesAsync(cancellationToken);
            Outcome = new Outcome(null, "It is sent again.");
        }
        else
        {
            Outcome = new Outcome("This mail did not fail, or is not there any more.", null);
        }

        return await OnGetAsync(cancellationToken);
    }
}
