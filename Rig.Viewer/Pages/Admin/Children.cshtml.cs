using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

/// <summary>All children that the club knows, also those on no roster any more.</summary>
internal sealed class ChildrenModel(ViewerDb db) : PageModel
{
    public IReadOnlyList<(Player Player, bool IsOnRoster)> Children { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var rows = await db.Players.AsNoTracking().OrderBy(player => player.LastName).ThenBy(player => player.FirstName).ThenBy(player => player.Id)
            .Select(player => new { Player = player, IsOnRoster = db.TeamPlayers.Any(place => place.PlayerId == player.Id) }).ToListAsync(cancellationToken);
        Children = [.. rows.Select(row => (row.Player, row.IsOnRoster))];
    }
}
