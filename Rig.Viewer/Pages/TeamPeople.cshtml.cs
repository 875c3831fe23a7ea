using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Links;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Administration;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

/// <summary>A team's children and people: for its coach, and for an administrator. 404 for everyone else.</summary>
internal sealed class TeamPeopleModel(TeamPeople people, Rosters rosters, Invitations invitations) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "teamId")]
    public int TeamId { get; set; }

    public Team Team { get; private set; } = null!;

    public bool IsAdmin { get; private set; }

    public IReadOnlyList<RosterEntry> Roster { get; private set; } = [];

    public IReadOnlyList<User> Coaches { get; private set; } = [];

    public IReadOnlyList<User> Followers { get; private set; } = [];

    public string? Problem { get; private set; }

    public string? Said { get; private set; }

    /// <summary>Address to be handed over, where no mail brings it.</summary>
    public string? Link { get; private set; }

    private int ActorId => SessionCookie.UserId(User);

    [NonHandler]
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (context.HandlerMethod is not null && await people.LedBy(User).SingleOrDefaultAsync(team => team.Id == TeamId, HttpContext.RequestAborted) is var led)
        {
            if (led is null)
            {
                context.Result = NotFound();
                return;
            }

            Team = led;
            IsAdmin = await people.IsAdminAsync(User, HttpContext.RequestAborted);
        }

        await next();
    }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Roster = await rosters.ListAsync(TeamId, cancellationToken);
        Coaches = await rosters.CoachesAsync(TeamId, cancellationToken);
        Followers = await rosters.FollowersAsync(TeamId, cancellationToken);
        return Page();
    }

    /// <param name="role">A coach invites parents and family; an administrator coaches, too.</param>
    public async Task<IActionResult> OnPostInviteAsync(string? email, string? role, int? playerId, string? relationship, CancellationToken cancellationToken)
    {
        if (!SnakeCase.TryParse<UserRole>(role, out var wanted) || !(wanted is UserRole.Parent or UserRole.Family || (wanted is UserRole.Coach && IsAdmin)))
        {
            Problem = "Choose what the person is: a parent, or family.";
        }
        else if (playerId is { } child && (await rosters.ListAsync(TeamId, cancellationToken)).All(entry => entry.Player.Id != child))
        {
            Problem = "This child is not on the roster.";
        }
        else
        {
            var outcome = await invitations.InviteAsync(new NewInvitation(email, wanted, TeamId, playerId, relationship), ActorId, cancellationToken);
            (Problem, Said) = (outcome.Problem, outcome.Said);
            Link = outcome.Path is { } path ? $"{Request.Scheme}://{Request.Host}{path}" : null;
        }

        return await OnGetAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAddPlayerAsync(string? firstName, string? lastName, string? jersey, CancellationToken cancellationToken) =>
        await SayAsync(await rosters.AddPlayerAsync(TeamId, firstName, lastName, jersey, ActorId, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostJerseyAsync(int playerId, string? jersey, CancellationToken cancellationToken) =>
        await SayAsync(await rosters.SetJerseyAsync(TeamId, playerId, jersey, ActorId, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostRemovePlayerAsync(int playerId, CancellationToken cancellationToken) =>
        await SayAsync(await rosters.RemovePlayerAsync(TeamId, playerId, ActorId, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostLinkAsync(int parentId, int playerId, string? relationship, CancellationToken cancellationToken) =>
        await SayAsync(await rosters.LinkParentAsync(TeamId, parentId, playerId, relationship, ActorId, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostUnlinkAsync(int parentId, int playerId, CancellationToken cancellationToken) =>
        await SayAsync(await rosters.UnlinkParentAsync(TeamId, parentId, playerId, ActorId, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostRemovePersonAsync(int personId, CancellationToken cancellationToken) => !IsAdmin && personId == ActorId
        ? await SayAsync("You cannot take yourself out of your team; an administrator can.", cancellationToken)
        : await SayAsync(await rosters.RemoveFromTeamAsync(TeamId, personId, ActorId, cancellationToken), cancellationToken);

    private async Task<IActionResult> SayAsync(string? problem, CancellationToken cancellationToken)
    {
        (Problem, Said) = (problem, problem is null ? "Done." : null);
        return await OnGetAsync(cancellationToken);
    }
}
