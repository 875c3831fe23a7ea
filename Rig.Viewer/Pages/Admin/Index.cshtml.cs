using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class IndexModel(ViewerDb db, IOptions<MailOptions> mail) : PageModel
{
    public bool IsMailOn => mail.Value.IsOn;

    public int People { get; private set; }

    public int Teams { get; private set; }

    public int Children { get; private set; }

    public int Games { get; private set; }

    public int FailedMails { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        People = await db.Users.CountAsync(cancellationToken);
        Teams = await db.Teams.CountAsync(cancellationToken);
        Children = await db.Players.CountAsync(cancellationToken);
        Games = await db.Games.CountAsync(cancellationToken);
        FailedMails = await db.OutgoingMails.CountAsync(row => row.State == MailState.Failed || row.State == MailState.Uncertain, cancellationToken);
    }
}
