using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Heat;
using Rig.Viewer.Stats;

namespace Rig.Viewer.Pages;

/// <summary>A team's season: results, who leads in what, where the play was.</summary>
internal sealed class TeamModel(TeamAccess access, StatsReader reader) : PageModel
{
    private const int Leaders = 5;

    private static readonly (string Stat, string Title)[] Shown =
    [
        ("goals", "Goals"), ("assists", "Assists"), ("shots", "Shots"), ("saves", "Saves"), ("tackles", "Tackles"), ("interceptions", "Interceptions"),
        ("goals_per_game", "Goals per game"), ("save_percentage", "Saves, percent of shots on goal"),
    ];

    public TeamStatsView Season { get; private set; } = null!;

    public IReadOnlyList<GameLine> Games { get; private set; } = [];

    public IReadOnlyList<(string Title, IReadOnlyList<LeaderView> Leaders)> Boards { get; private set; } = [];

    public HeatRecord Heat { get; private set; } = null!;

    /// <summary>Who coaches the team keeps its roster and invites people.</summary>
    public bool MayLead { get; private set; }

    public IHtmlContent HeatPicture => PitchSvg.Heat(Heat.Map, Heat.LengthM, Heat.WidthM, $"Where the moments of {Season.Team.Name} were");

    public IHtmlContent ShotsPicture => PitchSvg.Shots(Heat.Shots, Heat.LengthM, Heat.WidthM, $"Where {Season.Team.Name} shot from");

    public async Task<IActionResult> OnGetAsync(int teamId, CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(access.Teams(User).Where(team => team.Id == teamId), cancellationToken) is not [var record])
        {
            return NotFound();
        }

        Season = TeamStatsView.Of(record);
        MayLead = await access.CoachedTeams(User).AnyAsync(team => team.Id == teamId, cancellationToken);
        Games = [.. record.Games.Select(GameLine.Of)];
        Boards = [.. Shown.Select(board => (board.Title, StatsApi.LeadersOf(record, Ranking.Leaderboards[board.Stat], Leaders))).Where(board => board.Item2.Count > 0)];
        Heat = await HeatReader.ReadAsync(access.Games(User).Where(game => game.TeamId == teamId), HeatApi.OwnMoments, null, null, cancellationToken);
        return Page();
    }
}
