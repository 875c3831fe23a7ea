using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Corrections;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

/// <summary>A moment's form. Everything is text here: what cannot be read is told beside the form, not lost.</summary>
internal sealed class MomentForm
{
    public string? EventType { get; set; }

    /// <summary>As on a clock.</summary>
    public string? Time { get; set; }
    public string? Description { get; set; }
    public int? PlayerId { get; set; }
    public string? Side { get; set; }

    public MomentChange ToChange(out bool hasTime)
    {
        hasTime = GameText.TryParseClock(Time, out var seconds);
        return new MomentChange(EventType, seconds, Blank(Description), PlayerId, Blank(Side));
    }

    internal static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>Where a team's coach puts a game right. Plain forms: it works without any script.</summary>
internal sealed class CorrectModel(TeamAccess access, CorrectionAccess rights, CorrectionRegistry corrections, ViewerDb db) : PageModel
{
    public GameSummary Game { get; private set; } = null!;

    public GameCorrection? Said { get; private set; }

    public IReadOnlyList<EventView> Moments { get; private set; } = [];

    public IReadOnlyList<RemovedMoment> Removed { get; private set; } = [];

    public IReadOnlyList<RosterPlayer> Roster { get; private set; } = [];

    public string? Problem { get; private set; }

    /// <summary>Where the video stood, for a new moment.</summary>
    [BindProperty(SupportsGet = true, Name = "t")]
    public string? At { get; set; }

    [BindProperty]
    public MomentForm Input { get; set; } = new();

    public string AtClock => double.TryParse(At, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 1e6 ? GameText.Clock(seconds) : At ?? "0:00";

    public static IEnumerable<GameEventType> Types => Enum.GetValues<GameEventType>();

    public Task<IActionResult> OnGetAsync(int gameId, CancellationToken cancellationToken) => ShowAsync(gameId, cancellationToken);

    public Task<IActionResult> OnPostGameAsync(int gameId, string? opponent, int? ourScore, int? theirScore, string? ourSide, CancellationToken cancellationToken) => TakeAsync(
        gameId, "game", userId => corrections.CorrectGameAsync(gameId, userId, new GameChange(MomentForm.Blank(opponent), ourScore, theirScore, MomentForm.Blank(ourSide)), cancellationToken), cancellationToken);

    public Task<IActionResult> OnPostAddAsync(int gameId, CancellationToken cancellationToken) => TakeMomentAsync(
        gameId, "moments", (userId, change) => corrections.AddAsync(gameId, userId, change, cancellationToken), cancellationToken);

    public Task<IActionResult> OnPostChangeAsync(int gameId, int momentId, CancellationToken cancellationToken) => TakeMomentAsync(
        gameId, $"moment-{momentId}", (userId, change) => corrections.ChangeAsync(gameId, momentId, userId, change, cancellationToken), cancellationToken);

    public Task<IActionResult> OnPostRemoveAsync(int gameId, int momentId, CancellationToken cancellationToken) => TakeAsync(
        gameId, "removed", userId => corrections.RemoveAsync(gameId, momentId, userId, cancellationToken), cancellationToken);

    public Task<IActionResult> OnPostRestoreAsync(int gameId, int correctionId, CancellationToken cancellationToken) => TakeAsync(
        gameId, "moments", userId => corrections.RestoreAsync(gameId, correctionId, userId, cancellationToken), cancellationToken);

    private async Task<IActionResult> TakeMomentAsync(int gameId, string fragment, Func<int, MomentChange, Task<CorrectionAnswer>> correct, CancellationToken cancellationToken)
    {
        var change = Input.ToChange(out var hasTime);
        return await TakeAsync(
            gameId, fragment, userId => hasTime ? correct(userId, change) : Task.FromResult(CorrectionAnswer.Wrong("The time must be minutes and seconds, such as 12:30.")), cancellationToken);
    }

    /// <summary>Sends back to the page, so that loading it again repeats nothing.</summary>
    private async Task<IActionResult> TakeAsync(int gameId, string fragment, Func<int, Task<CorrectionAnswer>> correct, CancellationToken cancellationToken)
    {
        if (await rights.RefuseAsync(User, gameId, withMoments: true, cancellationToken) is { } refusal)
        {
            return StatusCode(refusal.Status);
        }

        var answer = ModelState.IsValid ? await correct(SessionCookie.UserId(User)) : CorrectionAnswer.Wrong("A number is not one. Scores are whole numbers, such as 2.");
        if (answer.Error is null)
        {
            return RedirectToPage("/Correct", null, new { gameId }, fragment);
        }

        Problem = answer.Error;
        Response.StatusCode = answer.Status;
        return await ShowAsync(gameId, cancellationToken);
    }

    private async Task<IActionResult> ShowAsync(int gameId, CancellationToken cancellationToken)
    {
        if (await rights.RefuseAsync(User, gameId, withMoments: true, cancellationToken) is { } refusal)
        {
            return StatusCode(refusal.Status);
        }

        // A change that was refused is still in the context's rows.
        db.ChangeTracker.Clear();
        var watch = (await access.Games(User).WatchAsync(gameId, cancellationToken))!;
        (Game, Moments) = (watch.Game, watch.Events);
        Said = await db.GameCorrections.AsNoTracking().SingleOrDefaultAsync(row => row.GameId == gameId, cancellationToken);
        Removed = await CorrectionsApi.Removed(db, gameId).ToListAsync(cancellationToken);
        Roster = await db.TeamPlayers.AsNoTracking().Where(link => link.TeamId == Game.TeamId).Players().ToListAsync(cancellationToken);
        return Page();
    }
}
