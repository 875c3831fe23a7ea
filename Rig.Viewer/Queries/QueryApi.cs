using System.Diagnostics;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Queries;

/// <param name="GameId">Asks of one game alone.</param>
internal sealed record QueryRequest(string? Query = null, int? GameId = null);

/// <param name="TimestampFormatted">Minutes and seconds.</param>
internal sealed record QueryEventView(
    int Id, int GameId, string Game, string EventType, double TimestampSec, string TimestampFormatted, double Confidence, double? X, double? Y, string? Description, RosterPlayer? Player);

/// <summary>What was understood; what is left out was not asked for.</summary>
internal sealed record ParsedQueryView(
    IReadOnlyList<string> EventTypes, IReadOnlyList<RosterPlayer> PlayerFilter, AskedTime? TimeFilter, bool InBox, bool InMidfield, bool LastGameOnly, int Limit,
    IReadOnlyList<string> NotUnderstood, IReadOnlyList<string> NotRecorded);

/// <param name="Suggestions">Questions that can be asked, where nothing was found.</param>
internal sealed record QueryView(bool Success, int Count, IReadOnlyList<QueryEventView> Events, double ExecutionTimeMs, ParsedQueryView Parsed, IReadOnlyList<string> Suggestions);

internal static class QueryApi
{
    public static void AddQueries(this IServiceCollection services) => services.AddScoped<MomentFinder>();

    public static void MapQueries(this IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/query", AskAsync).AddEndpointFilter<FormToken>().Produces<QueryView>();

    private static async Task<IResult> AskAsync(QueryRequest request, ClaimsPrincipal person, TeamAccess access, MomentFinder finder, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Query) || request.Query.Length > MomentQuestion.MaxLength)
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, $"query must be 1 to {MomentQuestion.MaxLength} characters, such as goals in the second half.");
        }

        if (request.GameId is { } gameId && !await access.Games(person).AnyAsync(game => game.Id == gameId, cancellationToken))
        {
            return Results.NotFound();
        }

        var watch = Stopwatch.StartNew();
        var outcome = await finder.FindAsync(person, request.Query, request.GameId, cancellationToken);
        var question = outcome.Question;
        return Results.Ok(new QueryView(
            true,
            outcome.Moments.Count,
            [.. outcome.Moments.Select(moment => new QueryEventView(
                moment.Id, moment.GameId, moment.Game, SnakeCase.Of(moment.Type), moment.Seconds, GameText.Clock(moment.Seconds), moment.Confidence, moment.X, moment.Y, moment.Description, moment.Player))],
            Math.Round(watch.Elapsed.TotalMilliseconds, 1),
            new ParsedQueryView(
                [.. (question.Types ?? new HashSet<GameEventType>()).Order().Select(type => SnakeCase.Of(type))], outcome.Named, question.Time, question.InBox, question.InMidfield, question.LastGameOnly,
                question.Limit, outcome.NotUnderstood, question.Unknown),
            outcome.Moments.Count == 0 ? MomentQuestion.Suggestions : []));
    }
}
