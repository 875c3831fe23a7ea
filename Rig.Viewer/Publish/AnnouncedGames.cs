using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rig.Domain.Publishing;
using Rig.Viewer.Corrections;
using Rig.Viewer.Notices;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Publish;

/// <summary>What was announced of each game, and its turning into what families see.</summary>
internal sealed class AnnouncedGames(ViewerDb db, GameReadyMails notices, TimeProvider clock)
{
    /// <summary>Cameras start before kick-off, and some kick-offs are late.</summary>
    private static readonly TimeSpan ScheduleTolerance = TimeSpan.FromHours(3);

    public async Task<string?> SessionIdAsync(int gameId, CancellationToken cancellationToken) =>
        await db.Games.Where(game => game.Id == gameId).Select(game => game.SessionId).SingleOrDefaultAsync(cancellationToken);

    public Task<bool> HasTeamAsync(string teamCode, CancellationToken cancellationToken) => db.Teams.AnyAsync(team => team.TeamCode == teamCode, cancellationToken);

    /// <returns>Null when the game was never announced.</returns>
    public async Task<AnnouncedGame?> FindAsync(int gameId, CancellationToken cancellationToken)
    {
        var row = await db.GameAnnouncements.AsNoTracking().SingleOrDefaultAsync(announcement => announcement.GameId == gameId, cancellationToken);
        return row is null ? null : new AnnouncedGame(gameId, Parse(row.Payload), row.IsPublished);
    }

    public async Task<AnnouncedGame?> FindBySessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        var gameId = await db.Games.Where(game => game.SessionId == sessionId).Select(game => (int?)game.Id).SingleOrDefaultAsync(cancellationToken);
        return gameId is null ? null : await FindAsync(gameId.Value, cancellationToken);
    }

    /// <summary>Keeps the announcement. One equal to the last changes nothing, so a published game stays so.</summary>
    public async Task<AnnouncedGame> AnnounceAsync(GamePublication publication, CancellationToken cancellationToken)
    {
        var payload = JsonSerializer.Serialize(publication, PublicationJson.Default.GamePublication);
        var known = await FindBySessionAsync(publication.SessionId, cancellationToken);
        // The database reorders JSON, so both are compared as this program writes them.
        if (known is not null && JsonSerializer.Serialize(known.Publication, PublicationJson.Default.GamePublication) == payload)
        {
            return known;
        }

        var game = await db.Games.SingleOrDefaultAsync(row => row.SessionId == publication.SessionId, cancellationToken);
        if (game is null)
        {
            var teamId = await TeamIdAsync(publication.TeamCode, cancellationToken);
            game = await ScheduledAsync(teamId, publication.RecordedAt.ToUniversalTime(), cancellationToken);
            if (game is null)
            {
                game = new Game { TeamId = teamId, GameDate = publication.RecordedAt.ToUniversalTime() };
                db.Games.Add(game);
            }

            game.SessionId = publication.SessionId;
        }

        var announcement = game.Id == 0 ? null : await db.GameAnnouncements.SingleOrDefaultAsync(row => row.GameId == game.Id, cancellationToken);
        if (announcement is null)
        {
            announcement = new GameAnnouncement { Game = game, Payload = payload };
            db.GameAnnouncements.Add(announcement);
        }

        announcement.Payload = payload;
        announcement.IsPublished = false;
        announcement.AnnouncedAt = clock.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        return new AnnouncedGame(game.Id, publication, IsPublished: false);
    }

    /// <summary>SHA-256 of the files that families are being shown.</summary>
    public async Task<IReadOnlySet<string>> PublishedFilesAsync(int gameId, CancellationToken cancellationToken) =>
        await db.MediaFiles.Where(file => file.GameId == gameId).Select(file => file.Sha256).ToHashSetAsync(cancellationToken);

    /// <summary>Replaces what families see by what was announced, all or nothing.</summary>
    public async Task PublishAsync(AnnouncedGame announced, CancellationToken cancellationToken)
    {
        var publication = announced.Publication;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await GameLock.TakeAsync(db, announced.GameId, cancellationToken);
        var before = await db.GameEvents.Where(moment => moment.GameId == announced.GameId && moment.CorrectionId == null)
            .Select(moment => new MomentClaim(null, moment.EventType, moment.TimestampSeconds)).ToListAsync(cancellationToken);
        await db.Clips.Where(clip => clip.GameId == announced.GameId).ExecuteDeleteAsync(cancellationToken);
        await db.GameEvents.Where(moment => moment.GameId == announced.GameId).ExecuteDeleteAsync(cancellationToken);
        await db.MediaFiles.Where(file => file.GameId == announced.GameId).ExecuteDeleteAsync(cancellationToken);

        var game = await db.Games.Include(row => row.Correction).Include(row => row.MomentCorrections).SingleAsync(row => row.Id == announced.GameId, cancellationToken);
        GameContent.Apply(publication, game, await TeamIdAsync(publication.TeamCode, cancellationToken), clock.GetUtcNow());
        var roster = await db.TeamPlayers.Where(link => link.TeamId == game.TeamId).Select(link => link.PlayerId).ToHashSetAsync(cancellationToken);
        CorrectedContent.Apply(game, before, roster);
        var announcement = await db.GameAnnouncements.SingleAsync(row => row.GameId == announced.GameId, cancellationToken);
        announcement.IsPublished = true;
        await db.SaveChangesAsync(cancellationToken);
        await notices.TellAsync(game, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The game of the team's schedule that this is the film of: the nearest without one.</summary>
    private async Task<Game?> ScheduledAsync(int teamId, DateTimeOffset recordedAt, CancellationToken cancellationToken)
    {
        var (from, until) = (recordedAt - ScheduleTolerance, recordedAt + ScheduleTolerance);
        var near = await db.Games.Where(game => game.TeamId == teamId && game.SessionId == null && game.GameDate >= from && game.GameDate <= until).ToListAsync(cancellationToken);
        return near.MinBy(game => ((game.GameDate - recordedAt).Duration(), game.Id));
    }

    private Task<int> TeamIdAsync(string teamCode, CancellationToken cancellationToken) =>
        db.Teams.Where(team => team.TeamCode == teamCode).Select(team => team.Id).SingleAsync(cancellationToken);

    private static GamePublication Parse(string payload) =>
        JsonSerializer.Deserialize(payload, PublicationJson.Default.GamePublication) ?? throw new JsonException("A stored announcement is null.");
}

internal sealed record AnnouncedGame(int GameId, GamePublication Publication, bool IsPublished);
