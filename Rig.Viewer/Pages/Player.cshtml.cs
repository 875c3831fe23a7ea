using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Heat;
using Rig.Viewer.Stats;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Pages;

/// <param name="ClipUrl">Null for a moment of which no clip was cut.</param>
internal sealed record PlayerMoment(int GameId, string Game, DateTimeOffset GameDate, GameEventType Type, double Seconds, string? Description, string? ClipUrl, string? PictureUrl);

/// <summary>One child: for who sees a team that it plays in, and nobody else.</summary>
internal sealed class PlayerModel(TeamAccess access, StatsReader reader) : PageModel
{
    private const int MaxMoments = 500;

    public Player Child { get; private set; } = null!;

    public IReadOnlyList<PlayerSeasonView> Seasons { get; private set; } = [];

    public IReadOnlyList<PercentilesView> Percentiles { get; private set; } = [];

    public IReadOnlyList<PlayerMoment> Moments { get; private set; } = [];

    public HeatRecord Heat { get; private set; } = null!;

    public IHtmlContent HeatPicture => PitchSvg.Heat(Heat.Map, Heat.LengthM, Heat.WidthM, $"Where the moments of {Child.FirstName} {Child.LastName} were");

    public async Task<IActionResult> OnGetAsync(int playerId, CancellationToken cancellationToken)
    {
        if (await access.Players(User).SingleOrDefaultAsync(player => player.Id == playerId, cancellationToken) is not { } child
            || await StatsApi.RecordsOfAsync(playerId, null, null, User, access, reader, cancellationToken) is not { } records)
        {
            return NotFound();
        }

        Child = child;
        Seasons = [.. records.Select(record => PlayerSeasonView.Of(record.Roster.Single(player => player.Id == playerId), record.Team, record.Players.Single(player => player.PlayerId == playerId)))];
        Percentiles = [.. records.Select(record => PercentilesView.Of(record, playerId)).Where(view => view.Percentiles.Count > 0)];
        var games = access.Games(User).Where(game => game.Team!.Roster.Any(link => link.PlayerId == playerId));
        Moments = [.. (await games.SelectMany(game => game.Events.Where(moment => moment.PlayerId == playerId), (game, moment) => new
        {
            game.Id,
            Team = game.Team!.Name,
            game.Opponent,
            game.GameDate,
            moment.EventType,
            moment.TimestampSeconds,
            moment.Description,
            Clip = game.Clips.Where(clip => clip.EventId == moment.Id && !clip.IsHidden).OrderBy(clip => clip.Id).Select(clip => new { clip.FileName, clip.ThumbnailFileName }).FirstOrDefault(),
        }).OrderByDescending(row => row.GameDate).ThenBy(row => row.TimestampSeconds).Take(MaxMoments).ToListAsync(cancellationToken))
            .Select(row => new PlayerMoment(
                row.Id, row.Opponent is null ? row.Team : $"{row.Team} vs {row.Opponent}", row.GameDate, row.EventType, row.TimestampSeconds, row.Description,
                row.Clip is null ? null : $"/media/games/{row.Id}/{row.Clip.FileName}", row.Clip is null ? null : $"/media/games/{row.Id}/{row.Clip.ThumbnailFileName}"))];
        Heat = await HeatReader.ReadAsync(games, moments => moments.Where(moment => moment.PlayerId == playerId), null, null, cancellationToken);
        return Page();
    }
}
