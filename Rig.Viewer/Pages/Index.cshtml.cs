using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

internal sealed class IndexModel(TeamAccess access) : PageModel
{
    public IReadOnlyList<(Team Team, IReadOnlyList<GameSummary> Games)> Teams { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var teams = await access.Teams(User).Where(team => team.IsActive).OrderBy(team => team.Name).ThenBy(team => team.Id).ToListAsync(cancellationToken);
        var games = (await access.Games(User).Summaries().Take(GamesApi.MaxGames).ToListAsync(cancellationToken)).ToLookup(game => game.TeamId);
        Teams = [.. teams.Select(team => (team, (IReadOnlyList<GameSummary>)[.. games[team.Id]]))];
    }
}
