using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Viewer.Audit;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class LogModel(AuditLog audit) : PageModel
{
    public IReadOnlyList<AuditEntry> Entries { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Entries = await audit.ListAsync(cancellationToken);
}
