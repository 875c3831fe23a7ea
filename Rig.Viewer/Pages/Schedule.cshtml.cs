using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Corrections;
using Rig.Viewer.Games;
using Rig.Viewer.Schedule;

namespace Rig.Viewer.Pages;

/// <summary>What is to come and what was, also without a film; coaches keep it.</summary>
internal sealed class ScheduleModel(TeamAccess access, CorrectionAccess rights, CorrectionRegistry corrections, ScheduleRegistry schedule, TimeProvider clock) : PageModel
{
    public IReadOnlyList<GameSummary> ToCome { get; private set; } = [];

    public IReadOnlyList<GameSummary> Played { get; private set; } = [];

    /// <summary>Teams whose schedule the person keeps.</summary>
    public IReadOnlyList<TeamView> Coached { get; private set; } = [];

    public string? Problem { get; private set; }

    public bool MayEdit(GameSummary game) => game.State == "scheduled" && Coached.Any(team => team.Id == game.TeamId);

    public Task OnGetAsync(CancellationToken cancellationToken) => ShowAsync(cancellationToken);

    /// <param name="when">As the browser's form has it, in the reader's own time zone.</param>
    /// <param name="offsetMinutes">Of that zone, east of Greenwich positive; written by the page's script.</param>
    public async Task<IActionResult> OnPostAddAsync(int teamId, DateTime? when, int offsetMinutes, string? opponent, string? location, CancellationToken cancellationToken)
    {
        if (!await access.Teams(User).AnyAsync(team => team.Id == teamId, cancellationToken))
        {
            return NotFound();
        }

        if (!await rights.MayCoachAsync(User, teamId, cancellationToken))
        {
            return StatusCode(StatusCodes.Status403Forbidden);
        }

        var date = when is { } local && Math.Abs(offsetMinutes) <= 14 * 60 && local.Year is > 1 and < 9999
            ? new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.FromMinutes(offsetMinutes))
            : default;
        Problem = await schedule.AddAsync(teamId, SessionCookie.UserId(User), date, MomentForm.Blank(opponent), MomentForm.Blank(location), cancellationToken);
        return Problem is null ? RedirectToPage("/Schedule") : await RefusedAsync(StatusCodes.Status400BadRequest, cancellationToken);
    }

    public async Task<IActionResult> OnPostRemoveAsync(int gameId, CancellationToken cancellationToken)
    {
        if (await rights.RefuseAsync(User, gameId, withMoments: false, cancellationToken) is { } refusal)
        {
            return StatusCode(refusal.Status);
        }

        Problem = await schedule.RemoveAsync(gameId, cancellationToken) ? null : "This game has a film and stays.";
        return Problem is null ? RedirectToPage("/Schedule") : await RefusedAsync(StatusCodes.Status409Conflict, cancellationToken);
    }

    public async Task<IActionResult> OnPostScoreAsync(int gameId, int? ourScore, int? theirScore, CancellationToken cancellationToken)
    {
        if (await rights.RefuseAsync(User, gameId, withMoments: false, cancellationToken) is { } refusal)
        {
            return StatusCode(refusal.Status);
        }

        var game = await access.ScheduledGames(User).Where(row => row.Id == gameId).Select(row => new { row.Opponent, row.OurSide }).SingleAsync(cancellationToken);
        var answer = await corrections.CorrectGameAsync(gameId, SessionCookie.UserId(User), new GameChange(game.Opponent, ourScore, theirScore, game.OurSide), cancellationToken);
        Problem = answer.Error;
        return Problem is null ? RedirectToPage("/Schedule") : await RefusedAsync(answer.Status, cancellationToken);
    }

    private async Task<IActionResult> RefusedAsync(int status, CancellationToken cancellationToken)
    {
        Response.StatusCode = status;
        await ShowAsync(cancellationToken);
        return Page();
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var games = await access.ScheduledGames(User).Summaries().Take(GamesApi.MaxGames).ToListAsync(cancellationToken);
        ToCome = [.. games.Where(game => game.GameDate >= now).OrderBy(game => game.GameDate)];
        Played = [.. games.Where(game => game.GameDate < now)];
        Coached = await access.CoachedTeams(User).Where(team => team.IsActive).OrderBy(team => team.Name)
            .Select(team => new TeamView(team.Id, team.Name, team.TeamCode, team.Season, team.BirthYearStart)).ToListAsync(cancellationToken);
    }
}
