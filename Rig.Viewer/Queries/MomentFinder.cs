using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Queries;

internal sealed record FoundMoment(
    int Id, int GameId, string Game, DateTimeOffset GameDate, GameEventType Type, double Seconds, double Confidence, double? X, double? Y, string? Description, RosterPlayer? Player);

/// <param name="NotUnderstood">Words that are no name of a player of the person's teams either.</param>
internal sealed record FindOutcome(MomentQuestion Question, IReadOnlyList<FoundMoment> Moments, IReadOnlyList<RosterPlayer> Named, IReadOnlyList<string> NotUnderstood);

/// <summary>Answers questions out of the games of the person's teams, and of no others.</summary>
internal sealed class MomentFinder(TeamAccess access)
{
    // More games than a club has seasons of; the newest count.
    private const int MaxGames = 500;
    private const double BoxDepthM = 16.5;
    private const double BoxHalfWidthM = 20.15;

    public async Task<FindOutcome> FindAsync(ClaimsPrincipal person, string text, int? gameId, CancellationToken cancellationToken)
    {
        var question = QuestionParser.Parse(text);
        var roster = await access.Teams(person).SelectMany(team => team.Roster).Select(link => new
        {
            link.TeamId,
            Player = new RosterPlayer(link.PlayerId, link.Player!.FirstName, link.Player.LastName, link.JerseyNumber, SnakeCase.Of(link.Player.DefaultPosition)),
        }).ToListAsync(cancellationToken);
        var named = question.Names.Where(name => roster.Exists(row => IsNamed(row.Player, name))).ToList();
        var notUnderstood = question.Names.Except(named).ToList();
        if (notUnderstood.Count > 0 || (question.Unknown.Count > 0 && question.Types is null))
        {
            // An answer to half a question is a wrong answer.
            return new FindOutcome(question, [], [], notUnderstood);
        }

        var players = roster.Where(row => named.TrueForAll(name => IsNamed(row.Player, name))
            && (question.Jersey is null || row.Player.JerseyNumber == question.Jersey)
            && (question.Position is null || row.Player.Position == SnakeCase.Of(question.Position.Value))).ToList();
        var asksForPlayers = named.Count > 0 || question.Jersey is not null || question.Position is not null;
        var ids = players.Select(row => row.Player.Id).Distinct().ToList();
        var games = access.Games(person).Where(game => gameId == null || game.Id == gameId).OrderByDescending(game => game.GameDate).ThenByDescending(game => game.Id).Take(question.LastGameOnly ? 1 : MaxGames);
        var moments = games.SelectMany(game => game.Events, (game, moment) => new
        {
            Moment = moment,
            game.TeamId,
            Team = game.Team!.Name,
            game.Opponent,
            game.GameDate,
            game.DurationSeconds,
            Length = game.PitchLengthM ?? 105,
            Width = game.PitchWidthM ?? 68,
        });
        if (question.Types?.ToList() is { } types)
        {
            moments = moments.Where(row => types.Contains(row.Moment.EventType));
        }

        if (asksForPlayers)
        {
            moments = moments.Where(row => row.Moment.PlayerId != null && ids.Contains(row.Moment.PlayerId.Value));
        }

        if (question.InBox)
        {
            moments = moments.Where(row => (row.Moment.FieldPositionX <= BoxDepthM || row.Moment.FieldPositionX >= row.Length - BoxDepthM)
                && row.Moment.FieldPositionY >= (row.Width / 2) - BoxHalfWidthM && row.Moment.FieldPositionY <= (row.Width / 2) + BoxHalfWidthM);
        }

        if (question.InMidfield)
        {
            moments = moments.Where(row => row.Moment.FieldPositionX >= row.Length / 3 && row.Moment.FieldPositionX <= row.Length * 2 / 3);
        }

        if (question.Time is { } time)
        {
            moments = moments.Where(row => (time.Half == null || (time.Half == 1 ? row.Moment.TimestampSeconds < row.DurationSeconds / 2 : row.Moment.TimestampSeconds >= row.DurationSeconds / 2))
                && (time.FromSeconds == null || row.Moment.TimestampSeconds >= time.FromSeconds)
                && (time.UntilSeconds == null || row.Moment.TimestampSeconds <= time.UntilSeconds)
                && (time.LastSeconds == null || row.Moment.TimestampSeconds >= row.DurationSeconds - time.LastSeconds));
        }

        var found = await moments.OrderByDescending(row => row.GameDate).ThenBy(row => row.Moment.TimestampSeconds).ThenBy(row => row.Moment.Id).Take(question.Limit).ToListAsync(cancellationToken);
        var byTeam = roster.ToDictionary(row => (row.TeamId, row.Player.Id), row => row.Player);
        return new FindOutcome(
            question,
            [.. found.Select(row => new FoundMoment(
                row.Moment.Id, row.Moment.GameId, row.Opponent is null ? row.Team : $"{row.Team} vs {row.Opponent}", row.GameDate, row.Moment.EventType, row.Moment.TimestampSeconds, row.Moment.Confidence,
                row.Moment.FieldPositionX, row.Moment.FieldPositionY, row.Moment.Description, row.Moment.PlayerId is { } id ? byTeam.GetValueOrDefault((row.TeamId, id)) : null))],
            asksForPlayers ? [.. players.Select(row => row.Player).DistinctBy(player => player.Id)] : [],
            []);
    }

    private static bool IsNamed(RosterPlayer player, string word)
    {
        var name = word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word;
        return $"{player.FirstName} {player.LastName}".ToLowerInvariant().Split(' ', '-').Contains(name, StringComparer.Ordinal);
    }
}
