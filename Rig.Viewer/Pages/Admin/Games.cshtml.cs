using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

/// <summary>Of all teams, also those that are still arriving.</summary>
internal sealed class GamesModel(ViewerDb db) : PageModel
{
    private const int MaxShown = 500;

    public IReadOnlyList<Game> Games { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Games = await db.Games.AsNoTracking().Include(game => game.Team)
        .OrderByDescending(game => game.GameDate).ThenByDescending(game => game.Id).Take(MaxShown).ToListAsync(cancellationToken);
}
