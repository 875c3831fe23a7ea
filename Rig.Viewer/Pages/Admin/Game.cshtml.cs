using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Administration;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages.Admin;

internal sealed class GameModel(ViewerDb db, GameRemoval removal) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "gameId")]
    public int GameId { get; set; }

    /// <summary>Null once it was deleted; the page then says what went.</summary>
    public Game? Game { get; private set; }

    public int Moments { get; private set; }

    public int Clips { get; private set; }

    public int Files { get; private set; }

    public long SizeBytes { get; private set; }

    public Outcome Outcome { get; private set; } = new(null, null);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Game = await db.Games.AsNoTracking().Include(game => game.Team).SingleOrDefaultAsync(game => game.Id == GameId, cancellationToken);
        if (Game is null)
        {
            return NotFound();
        }

        Moments = await db.GameEvents.CountAsync(row => row.GameId == GameId, cancellationToken);
        Clips = await db.Clips.CountAsync(row => row.GameId == GameId, cancellationToken);
        Files = await db.MediaFiles.CountAsync(row => row.GameId == GameId, cancellationToken);
        SizeBytes = await db.MediaFiles.Where(row => row.GameId == GameId).SumAsync(row => row.SizeBytes, cancellationToken);
        return Page();
    }

    /// <param name="confirm">The word <c>delete</c>.</param>
    public async Task<IActionResult> OnPostDeleteAsync(string? confirm, CancellationToken cancellationToken)
    {
        if (confirm?.Trim() != "delete")
        {
            Outcome = new Outcome("Nothing was deleted: type the word delete to confirm.", null);
            return await OnGetAsync(cancellationToken);
        }

        var outcome = await removal.RemoveAsync(GameId, SessionCookie.UserId(User), cancellationToken);
        Outcome = new Outcome(outcome.Problem, outcome.Removed is { } removed ? $"Removed: {removed.Sentence}." : null);
        return outcome.Removed is null ? await OnGetAsync(cancellationToken) : Page();
    }
}
