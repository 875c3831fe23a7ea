namespace Rig.Tests.Viewer;

/// <summary>What one request is answered to each kind of caller. 302 leads to the sign-in page, or home.</summary>
/// <param name="Route">Method and pattern as the program has it; <c>?handler=</c> names a page's further form.</param>
/// <param name="Nobody">Without a session.</param>
/// <param name="Member">Coach, follower or a child's parent of the team that the game belongs to.</param>
/// <param name="Stranger">Coach of another team, or someone without a team.</param>
/// <param name="Admin">Sees all teams.</param>
/// <param name="Key">The ingest server with its publish key and no session.</param>
/// <param name="Coach">The team's coach, where he gets something else than other members.</param>
internal sealed record RouteRule(string Route, int Nobody, int Member, int Stranger, int Admin, int Key, int? Coach = null);

/// <summary>
/// Who may do what on the viewer: the reviewed table. A route that is not here fails the tests; to add one, say for each caller what
/// it answers and why that is right.
/// </summary>
internal static class RouteTable
{
    public static readonly IReadOnlyList<RouteRule> Rules =
    [
        // Open to everyone: nothing of a person is in them. /metrics answers this machine alone (LoginTests).
        new("GET /health", 200, 200, 200, 200, 200),
        new("GET /metrics", 200, 200, 200, 200, 200),

        // The sign-in page sends those who are signed in home.
        new("GET /login", 200, 302, 302, 302, 200),
        new("POST /login", 200, 200, 200, 200, 200),

        // Opened by the token in the link, which these requests lack. /forgot says the same to everyone.
        new("GET /join", 404, 404, 404, 404, 404),
        new("POST /join", 404, 404, 404, 404, 404),
        new("GET /reset", 404, 404, 404, 404, 404),
        new("POST /reset", 404, 404, 404, 404, 404),
        new("GET /unsubscribe", 404, 404, 404, 404, 404),
        new("POST /unsubscribe", 404, 404, 404, 404, 404),
        new("GET /forgot", 200, 200, 200, 200, 200),
        new("POST /forgot", 200, 200, 200, 200, 200),

        // A person's own.
        new("GET /", 302, 200, 200, 200, 302),
        new("GET /account", 302, 200, 200, 200, 302),
        new("POST /account?handler=Mail", 302, 200, 200, 200, 302),
        new("GET /logout", 302, 302, 302, 302, 302),
        new("POST /logout", 302, 302, 302, 302, 302),
        new("POST /logout?handler=Everywhere", 302, 302, 302, 302, 302),
        new("GET /api/v1/me", 401, 200, 200, 200, 401),
        new("GET /api/v1/teams", 401, 200, 200, 200, 401),
        new("GET /api/v1/games", 401, 200, 200, 200, 401),

        // A team's games: children.
        new("GET /games/{gameId:int}", 302, 200, 404, 200, 302),
        new("GET /api/v1/games/{gameId:int}", 401, 200, 404, 200, 401),
        new("GET /api/v1/games/{gameId:int}/watch", 401, 200, 404, 200, 401),
        new("GET /media/games/{gameId:int}/{name}", 401, 200, 404, 200, 401),

        // A team's figures and its children: its members', by number 1 the team and the child of the fixture. A child of another team is not there.
        new("GET /schedule", 302, 200, 200, 200, 302),
        new("POST /schedule?handler=Add", 302, 403, 404, 400, 302, Coach: 400),
        new("POST /schedule?handler=Remove", 302, 403, 404, 409, 302, Coach: 409),
        new("POST /schedule?handler=Score", 302, 403, 404, 302, 302, Coach: 302),
        new("GET /moments", 302, 200, 200, 200, 302),
        new("GET /teams/{teamId:int}", 302, 200, 404, 200, 302),
        new("GET /players/{playerId:int}", 302, 200, 404, 200, 302),
        new("GET /api/games/schedule", 401, 200, 200, 200, 401),
        new("GET /api/stats/game/{gameId:int}", 401, 200, 404, 200, 401),
        new("GET /api/stats/player/{playerId:int}", 401, 200, 404, 200, 401),
        new("GET /api/stats/player/{playerId:int}/history", 401, 200, 404, 200, 401),
        new("GET /api/stats/player/{playerId:int}/percentiles", 401, 200, 404, 200, 401),
        new("GET /api/stats/team/{teamId:int}", 401, 200, 404, 200, 401),
        new("GET /api/stats/team/{teamId:int}/leaderboard", 401, 200, 404, 200, 401),
        new("GET /api/stats/compare", 401, 200, 404, 200, 401),
        new("GET /api/heatmap/player/{playerId:int}", 401, 200, 404, 200, 401),
        new("GET /api/heatmap/team/{teamId:int}", 401, 200, 404, 200, 401),
        new("GET /api/heatmap/game/{gameId:int}", 401, 200, 404, 200, 401),
        new("POST /api/v1/query", 401, 200, 200, 200, 401),

        // Corrections are the coach's and an admin's. The moment that the tests name is none, so who may is told 404 for it.
        new("GET /games/{gameId:int}/correct", 302, 403, 404, 200, 302, Coach: 200),
        new("POST /games/{gameId:int}/correct?handler=Game", 302, 403, 404, 302, 302, Coach: 302),
        new("POST /games/{gameId:int}/correct?handler=Add", 302, 403, 404, 400, 302, Coach: 400),
        new("POST /games/{gameId:int}/correct?handler=Change", 302, 403, 404, 400, 302, Coach: 400),
        new("POST /games/{gameId:int}/correct?handler=Remove", 302, 403, 404, 404, 302, Coach: 404),
        new("POST /games/{gameId:int}/correct?handler=Restore", 302, 403, 404, 404, 302, Coach: 404),
        new("GET /api/v1/games/{gameId:int}/corrections", 401, 403, 404, 200, 401, Coach: 200),
        new("POST /api/v1/games/{gameId:int}/correction", 401, 403, 404, 200, 401, Coach: 200),
        new("POST /api/v1/games/{gameId:int}/moments", 401, 403, 404, 200, 401, Coach: 200),
        new("POST /api/v1/games/{gameId:int}/moments/{momentId:int}", 401, 403, 404, 404, 401, Coach: 404),
        new("POST /api/v1/games/{gameId:int}/moments/{momentId:int}/remove", 401, 403, 404, 404, 401, Coach: 404),
        new("POST /api/v1/games/{gameId:int}/corrections/{correctionId:int}/restore", 401, 403, 404, 404, 401, Coach: 404),

        // A team's people and children: its coach's and an admin's. Forms without their fields are answered by the page with a problem.
        new("GET /teams/{teamId:int}/people", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=Invite", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=AddPlayer", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=Jersey", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=RemovePlayer", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=Link", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=Unlink", 302, 404, 404, 200, 302, Coach: 200),
        new("POST /teams/{teamId:int}/people?handler=RemovePerson", 302, 404, 404, 200, 302, Coach: 200),

        // The administrator's pages: closed by their folder (Pages/AdminOnly.cs).
        new("GET /admin", 302, 403, 403, 200, 302),
        new("GET /admin/people", 302, 403, 403, 200, 302),
        new("POST /admin/people?handler=Invite", 302, 403, 403, 200, 302),
        new("GET /admin/people/{personId:int}", 302, 403, 403, 200, 302),
        new("POST /admin/people/{personId:int}?handler=Role", 302, 403, 403, 200, 302),
        new("POST /admin/people/{personId:int}?handler=Disable", 302, 403, 403, 200, 302),
        new("POST /admin/people/{personId:int}?handler=Enable", 302, 403, 403, 200, 302),
        new("POST /admin/people/{personId:int}?handler=Password", 302, 403, 403, 200, 302),
        new("POST /admin/people/{personId:int}?handler=Delete", 302, 403, 403, 200, 302),
        new("GET /admin/teams", 302, 403, 403, 200, 302),
        new("POST /admin/teams", 302, 403, 403, 200, 302),
        new("GET /admin/children", 302, 403, 403, 200, 302),
        new("GET /admin/children/{playerId:int}", 302, 403, 403, 200, 302),
        new("POST /admin/children/{playerId:int}?handler=Delete", 302, 403, 403, 200, 302),
        new("GET /admin/games", 302, 403, 403, 200, 302),
        new("GET /admin/games/{gameId:int}", 302, 403, 403, 200, 302),
        new("POST /admin/games/{gameId:int}?handler=Delete", 302, 403, 403, 200, 302),
        new("GET /admin/mail", 302, 403, 403, 200, 302),
        new("POST /admin/mail?handler=Again", 302, 403, 403, 200, 302),
        new("GET /admin/log", 302, 403, 403, 200, 302),

        // The ingest server's; no session opens them, an admin's neither.
        new("POST /api/v1/push/games/", 401, 401, 401, 401, 200),
        new("GET /api/v1/push/games/{gameId:int}", 401, 401, 401, 401, 200),
        new("PATCH /api/v1/push/games/{gameId:int}/files/{name}", 401, 401, 401, 401, 409),
        new("POST /api/v1/push/games/{gameId:int}/publish", 401, 401, 401, 401, 200),
    ];
}
