using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Rig.Domain.Publishing;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Games;

/// <param name="Role">As in docs/ref/viewer-api.md, such as <c>parent</c>.</param>
/// <param name="NotifyFrequency"><c>instant</c>, <c>daily</c>, <c>weekly</c> or <c>none</c>.</param>
internal sealed record PersonView(int Id, string? Email, string FirstName, string LastName, string Role, string NotifyFrequency);

/// <param name="BirthYearStart">Of the oldest children of the team.</param>
internal sealed record TeamView(int Id, string Name, string TeamCode, string? Season, int? BirthYearStart);

/// <param name="HomeScore">Of the team itself. Null while the goals cannot be told by side.</param>
/// <param name="State"><c>ready</c> to watch, <c>processing</c> (its film is on its way), or <c>scheduled</c>: entered by hand, without a film.</param>
internal sealed record GameSummary(
    int Id, int TeamId, string TeamName, string? Opponent, DateTimeOffset GameDate, double DurationSeconds,
    int? HomeScore, int? AwayScore, int GoalCount, int EventCount, int ClipCount, string ThumbnailUrl, string State, string? Location);

/// <param name="Side"><c>a</c> or <c>b</c>.</param>
/// <param name="IsCorrected">By a coach.</param>
internal sealed record EventView(
    int Id, string EventType, string Label, double TimestampSeconds, double Confidence, string? Description, string? Side, bool IsCorrected, RosterPlayer? Player);

/// <param name="JerseyNumber">Text: 0 and 00 are two numbers.</param>
internal sealed record RosterPlayer(int Id, string FirstName, string LastName, string? JerseyNumber, string Position)
{
    /// <summary>As lists show it: <c>7 Kim Lee</c>.</summary>
    [JsonIgnore]
    public string Title => JerseyNumber is null ? $"{FirstName} {LastName}" : $"{JerseyNumber} {FirstName} {LastName}";
}

/// <param name="StartTime">Seconds on the panorama's time line.</param>
internal sealed record ClipView(int Id, string Title, string EventType, double StartTime, double EndTime, string Url, string DownloadUrl, string ThumbnailUrl);

/// <summary>All that the game page plays.</summary>
/// <param name="PanoramaUrl">A playlist where the game has renditions, else an MP4.</param>
/// <param name="MediaUrl">What names of files in <paramref name="Metadata"/> follow; ends in a slash.</param>
internal sealed record WatchView(
    GameSummary Game, string PanoramaUrl, GameMetadata Metadata, IReadOnlyList<EventView> Events, IReadOnlyList<ClipView> Clips, string MediaUrl);

/// <summary>Reads games out of what <see cref="Accounts.TeamAccess"/> lets a person see.</summary>
internal static class GameViews
{
    public static IQueryable<GameSummary> Summaries(this IQueryable<Game> games) => games
        .OrderByDescending(game => game.GameDate).ThenByDescending(game => game.Id)
        .Select(game => new GameSummary(
            game.Id, game.TeamId, game.Team!.Name, game.Opponent, game.GameDate, game.DurationSeconds,
            game.HomeScore, game.AwayScore,
            game.Events.Count(moment => moment.EventType == GameEventType.Goal), game.Events.Count, game.Clips.Count(clip => !clip.IsHidden),
            "/media/games/" + game.Id + "/thumbnail.jpg",
            game.IsProcessed ? "ready" : game.SessionId != null ? "processing" : "scheduled", game.Location));

    /// <returns>Null when there is no such game among those.</returns>
    public static async Task<WatchView?> WatchAsync(this IQueryable<Game> games, int gameId, CancellationToken cancellationToken)
    {
        var one = games.Where(game => game.Id == gameId);
        var summary = await one.Summaries().SingleOrDefaultAsync(cancellationToken);
        var metadata = await one.Select(game => game.GameMetadata).SingleOrDefaultAsync(cancellationToken);
        if (summary is null || metadata is null)
        {
            return null;
        }

        var events = await one.SelectMany(game => game.Events).OrderBy(moment => moment.TimestampSeconds).ThenBy(moment => moment.Id).ToListAsync(cancellationToken);
        var clips = await one.SelectMany(game => game.Clips).Where(clip => !clip.IsHidden).OrderBy(clip => clip.StartTime).ThenBy(clip => clip.Id).ToListAsync(cancellationToken);
        var roster = (await one.SelectMany(game => game.Team!.Roster).Players().ToListAsync(cancellationToken)).ToDictionary(player => player.Id);
        var media = $"/media/games/{gameId}/";
        var parsed = GameMetadata.Parse(metadata);
        return new WatchView(
            summary,
            media + (parsed.Renditions?.Ladders.First(ladder => ladder.Kind == RenditionLadder.Panorama).MasterPlaylist ?? "panorama.mp4"),
            parsed,
            [.. events.Select(moment => new EventView(
                moment.Id, SnakeCase.Of(moment.EventType), Label(moment.EventType), moment.TimestampSeconds, moment.Confidence, moment.Description,
                moment.Side, moment.CorrectionId is not null, moment.PlayerId is { } player ? roster.GetValueOrDefault(player) : null))],
            [.. clips.Select(clip => new ClipView(
                clip.Id, clip.Title, SnakeCase.Of(clip.EventType), clip.StartTime, clip.EndTime,
                media + clip.FileName, media + clip.FileName + "?download=true", media + clip.ThumbnailFileName))],
            media);
    }

    /// <summary>By jersey number as a number, then by name.</summary>
    public static IQueryable<TeamPlayer> InOrder(this IQueryable<TeamPlayer> roster) => roster
        .OrderBy(link => link.JerseyNumber == null ? 1 : 0).ThenBy(link => link.JerseyNumber!.Length).ThenBy(link => link.JerseyNumber).ThenBy(link => link.Player!.LastName).ThenBy(link => link.PlayerId);

    public static IQueryable<RosterPlayer> Players(this IQueryable<TeamPlayer> roster) => roster.InOrder()
        .Select(link => new RosterPlayer(link.PlayerId, link.Player!.FirstName, link.Player.LastName, link.JerseyNumber, SnakeCase.Of(link.Player.DefaultPosition)));

    /// <summary>The event's name as people read it: <c>Shot on target</c>.</summary>
    public static string Label(GameEventType type)
    {
        var words = SnakeCase.Of(type).Replace('_', ' ');
        return char.ToUpperInvariant(words[0]) + words[1..];
    }
}
