using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Rig.Domain.Publishing;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Corrections;

/// <summary>
/// Takes corrections of coaches; who may is for the caller to ask first (<see cref="CorrectionAccess"/>). A game's row is locked
/// meanwhile, as by a publication, so that neither forgets the other.
/// </summary>
internal sealed class CorrectionRegistry(ViewerDb db, TimeProvider clock)
{
    private const int MaxMoments = 2_000;

    private static readonly CorrectionAnswer NoMoment = new(StatusCodes.Status404NotFound, "There is no such moment any more. Load the page again.");

    public async Task<CorrectionAnswer> CorrectGameAsync(int gameId, int userId, GameChange change, CancellationToken cancellationToken)
    {
        if (CorrectionRules.Check(change) is { } wrong)
        {
            return CorrectionAnswer.Wrong(wrong);
        }

        await using var transaction = await LockAsync(gameId, cancellationToken);
        var game = await db.Games.Include(row => row.Correction).Include(row => row.Events.Where(moment => moment.EventType == GameEventType.Goal))
            .SingleAsync(row => row.Id == gameId, cancellationToken);
        var correction = game.Correction ??= new GameCorrection();
        (correction.Opponent, correction.OurScore, correction.TheirScore, correction.OurSide) = (change.Opponent?.Trim(), change.OurScore, change.TheirScore, change.OurSide);
        (correction.UpdatedBy, correction.UpdatedAt) = (userId, clock.GetUtcNow());
        game.Opponent = await PublishedOpponentAsync(gameId, cancellationToken);
        CorrectedContent.ApplyToGame(game);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new CorrectionAnswer(StatusCodes.Status200OK);
    }

    public async Task<CorrectionAnswer> AddAsync(int gameId, int userId, MomentChange change, CancellationToken cancellationToken)
    {
        await using var transaction = await LockAsync(gameId, cancellationToken);
        var game = await LoadAsync(gameId, cancellationToken);
        var roster = await RosterAsync(game.TeamId, cancellationToken);
        if (CorrectionRules.Check(change, game.DurationSeconds, roster) is { } wrong)
        {
            return CorrectionAnswer.Wrong(wrong);
        }

        if (await db.MomentCorrections.CountAsync(row => row.GameId == gameId, cancellationToken) >= MaxMoments)
        {
            return CorrectionAnswer.Wrong($"A game takes at most {MaxMoments} corrected moments.");
        }

        var correction = new MomentCorrection { Confidence = 1 };
        game.MomentCorrections.Add(correction);
        var moment = new GameEvent();
        game.Events.Add(moment);
        return await WriteAsync(transaction, game, moment, correction, change, userId, roster, cancellationToken);
    }

    public async Task<CorrectionAnswer> ChangeAsync(int gameId, int momentId, int userId, MomentChange change, CancellationToken cancellationToken)
    {
        await using var transaction = await LockAsync(gameId, cancellationToken);
        var game = await LoadAsync(gameId, cancellationToken);
        if (game.Events.SingleOrDefault(row => row.Id == momentId) is not { } moment)
        {
            return NoMoment;
        }

        var roster = await RosterAsync(game.TeamId, cancellationToken);
        if (CorrectionRules.Check(change, game.DurationSeconds, roster) is { } wrong)
        {
            return CorrectionAnswer.Wrong(wrong);
        }

        return await WriteAsync(transaction, game, moment, CorrectionOf(game, moment), change, userId, roster, cancellationToken);
    }

    public async Task<CorrectionAnswer> RemoveAsync(int gameId, int momentId, int userId, CancellationToken cancellationToken)
    {
        await using var transaction = await LockAsync(gameId, cancellationToken);
        var game = await LoadAsync(gameId, cancellationToken);
        if (game.Events.SingleOrDefault(row => row.Id == momentId) is not { } moment)
        {
            return NoMoment;
        }

        var correction = CorrectionOf(game, moment);
        (correction.IsRemoved, correction.UpdatedBy, correction.UpdatedAt) = (true, userId, clock.GetUtcNow());
        CorrectedContent.Hide(game.Clips.Where(clip => clip.EventId == momentId));
        game.Events.Remove(moment);
        db.GameEvents.Remove(moment);
        CorrectedContent.ApplyToGame(game);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new CorrectionAnswer(StatusCodes.Status200OK, CorrectionId: correction.Id);
    }

    /// <summary>Brings a removed moment back, with its clips.</summary>
    public async Task<CorrectionAnswer> RestoreAsync(int gameId, int correctionId, int userId, CancellationToken cancellationToken)
    {
        await using var transaction = await LockAsync(gameId, cancellationToken);
        var game = await LoadAsync(gameId, cancellationToken);
        if (game.MomentCorrections.SingleOrDefault(row => row.Id == correctionId && row.IsRemoved) is not { } correction)
        {
            return NoMoment;
        }

        (correction.IsRemoved, correction.UpdatedBy, correction.UpdatedAt) = (false, userId, clock.GetUtcNow());
        var moment = new GameEvent();
        CorrectedContent.Write(correction, moment, await RosterAsync(game.TeamId, cancellationToken));
        game.Events.Add(moment);
        foreach (var clip in game.Clips.Where(clip => clip.IsHidden && clip.StartTime <= moment.TimestampSeconds && clip.EndTime >= moment.TimestampSeconds
            && (clip.EventType == correction.OriginType || clip.EventType == correction.EventType)))
        {
            clip.Event = moment;
            CorrectedContent.Rename(clip, moment);
        }

        CorrectedContent.ApplyToGame(game);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new CorrectionAnswer(StatusCodes.Status200OK, MomentId: moment.Id, CorrectionId: correction.Id);
    }

    private async Task<CorrectionAnswer> WriteAsync(
        IDbContextTransaction transaction, Game game, GameEvent moment, MomentCorrection correction, MomentChange change, int userId, IReadOnlySet<int> roster, CancellationToken cancellationToken)
    {
        var type = SnakeCase.TryParse<GameEventType>(change.EventType, out var known) ? known : throw new ArgumentException("The change was not checked.", nameof(change));
        (correction.EventType, correction.TimestampSeconds, correction.Description) = (type, change.TimestampSeconds!.Value, change.Description?.Trim());
        (correction.PlayerId, correction.Side) = (change.PlayerId, change.Side);
        (correction.UpdatedBy, correction.UpdatedAt) = (userId, clock.GetUtcNow());
        CorrectedContent.Write(correction, moment, roster);
        foreach (var clip in game.Clips.Where(clip => moment.Id != 0 && clip.EventId == moment.Id))
        {
            CorrectedContent.Rename(clip, moment);
        }

        CorrectedContent.ApplyToGame(game);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new CorrectionAnswer(StatusCodes.Status200OK, MomentId: moment.Id, CorrectionId: correction.Id);
    }

    /// <summary>The moment's, or a new one that remembers how the home server found it.</summary>
    private static MomentCorrection CorrectionOf(Game game, GameEvent moment)
    {
        if (moment.CorrectionId is { } id)
        {
            return game.MomentCorrections.Single(row => row.Id == id);
        }

        var correction = new MomentCorrection
        {
            OriginType = moment.EventType,
            OriginSeconds = moment.TimestampSeconds,
            EventType = moment.EventType,
            TimestampSeconds = moment.TimestampSeconds,
            Confidence = moment.Confidence,
            FieldPositionX = moment.FieldPositionX,
            FieldPositionY = moment.FieldPositionY,
            Side = moment.Side,
            Description = moment.Description,
            PlayerId = moment.PlayerId,
        };
        game.MomentCorrections.Add(correction);
        return correction;
    }

    private async Task<Game> LoadAsync(int gameId, CancellationToken cancellationToken) => await db.Games
        .Include(row => row.Correction).Include(row => row.MomentCorrections).Include(row => row.Events).Include(row => row.Clips)
        .AsSplitQuery().SingleAsync(row => row.Id == gameId, cancellationToken);

    private async Task<IReadOnlySet<int>> RosterAsync(int teamId, CancellationToken cancellationToken) =>
        await db.TeamPlayers.Where(link => link.TeamId == teamId).Select(link => link.PlayerId).ToHashSetAsync(cancellationToken);

    private async Task<IDbContextTransaction> LockAsync(int gameId, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await GameLock.TakeAsync(db, gameId, cancellationToken);
        return transaction;
    }

    private async Task<string?> PublishedOpponentAsync(int gameId, CancellationToken cancellationToken) =>
        await db.GameAnnouncements.Where(row => row.GameId == gameId).Select(row => row.Payload).SingleOrDefaultAsync(cancellationToken) is { } payload
            ? System.Text.Json.JsonSerializer.Deserialize(payload, PublicationJson.Default.GamePublication)?.Opponent
            : null;
}
