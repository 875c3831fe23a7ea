using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

internal sealed class IndexModel(TeamAccess access, ViewerDb db, TimeProvider clock) : PageModel
{
    /// <summary>What the page narrows its games to; all of it is text in the address, so that a list can be kept as a bookmark.</summary>
    [BindProperty(SupportsGet = true, Name = "team")]
    public int? TeamId { get; set; }

    [BindProperty(SupportsGet = true, Name = "season")]
    public string? Season { get; set; }

    [BindProperty(SupportsGet = true, Name = "opponent")]
    public string? Opponent { get; set; }

    [BindProperty(SupportsGet = true, Name = "state")]
    public string? State { get; set; }

    public IReadOnlyList<(Team Team, IReadOnlyList<GameSummary> Games)> Teams { get; private set; } = [];

    public IReadOnlyList<Team> AllTeams { get; private set; } = [];

    /// <summary>The person's own.</summary>
    public IReadOnlyList<Player> Children { get; private set; } = [];

    public IEnumerable<string> Seasons => AllTeams.Select(team => team.Season).OfType<string>().Distinct().Order(StringComparer.CurrentCulture);

    public GameFilter Filter => new(TeamId, MomentForm.Blank(Season), MomentForm.Blank(Opponent), MomentForm.Blank(State));

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        AllTeams = await access.Teams(User).Where(team => team.IsActive).OrderBy(team => team.Name).ThenBy(team => team.Id).ToListAsync(cancellationToken);
        var filter = Filter;
        var visible = filter.State is null or "ready" ? access.Games(User) : access.ScheduledGames(User);
        var games = (await filter.Of(visible, clock.GetUtcNow()).Summaries().Take(GamesApi.MaxGames).ToListAsync(cancellationToken)).ToLookup(game => game.TeamId);
        Teams = [.. AllTeams.Where(team => filter.IsEmpty || games.Contains(team.Id)).Select(team => (team, (IReadOnlyList<GameSummary>)[.. games[team.Id]]))];
        var userId = SessionCookie.UserId(User);
        Children = await access.Players(User).Where(player => db.ParentPlayers.Any(link => link.PlayerId == player.Id && link.ParentId == userId)).OrderBy(player => player.FirstName).ToListAsync(cancellationToken);
    }
}
