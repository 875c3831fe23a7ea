using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Viewer.Accounts;
using Rig.Viewer.Games;

namespace Rig.Viewer.Pages;

internal sealed class GameModel(TeamAccess access) : PageModel
{
    public WatchView Watch { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(int gameId, CancellationToken cancellationToken)
    {
        if (await access.Games(User).WatchAsync(gameId, cancellationToken) is not { } watch)
        {
            return NotFound();
        }

        Watch = watch;
        return Page();
    }

    /// <summary>For scripts, whatever the reader's language.</summary>
    public static string Seconds(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
