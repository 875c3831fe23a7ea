using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Audit;
using Rig.Viewer.Publish;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Administration;

/// <summary>
/// Deletes a game with all that belongs to it. Hidden first, then the files, then the rows: a stop in between leaves a game that
/// nobody but administrators see and that can be deleted again.
/// </summary>
internal sealed class GameRemoval(ViewerDb db, GameGates gates, MediaStore store, MediaGrants grants, AuditLog audit)
{
    public async Task<RemovalOutcome> RemoveAsync(int gameId, int adminId, CancellationToken cancellationToken)
    {
        if (await db.Games.AsNoTracking().SingleOrDefaultAsync(row => row.Id == gameId, cancellationToken) is not { } game)
        {
            return new RemovalOutcome(null, "This game is not there any more.");
        }

        // The ingest server may be sending it at this moment.
        using var gate = await gates.EnterAsync(game.SessionId ?? $"game {gameId}", cancellationToken);
        if (gate is null)
        {
            return new RemovalOutcome(null, "The game is being received; try again in a minute.");
        }

        await db.Games.Where(row => row.Id == gameId).ExecuteUpdateAsync(row => row.SetProperty(one => one.IsProcessed, false), cancellationToken);
        grants.ForgetGame(gameId);
        var removed = new Removal();

        // From here on to the end, whoever asked for it goes away or not.
        removed.Add(Delete(store.GameFolder(gameId)) + Delete(store.IncomingFolder(gameId)), "file", "files");
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        removed.Add(await db.Clips.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None), "clip", "clips");
        removed.Add(await db.GameEvents.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None), "moment", "moments");
        removed.Add(
            await db.MomentCorrections.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None)
                + await db.GameCorrections.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None),
            "correction", "corrections");
        removed.Add(await db.GameNotices.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None), "notice", "notices");
        removed.Add(await db.MediaFiles.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None), "file name", "file names");
        removed.Add(await db.GameAnnouncements.Where(row => row.GameId == gameId).ExecuteDeleteAsync(CancellationToken.None), "announcement", "announcements");
        removed.Add(await db.Games.Where(row => row.Id == gameId).ExecuteDeleteAsync(CancellationToken.None), "game", "games");
        audit.Add(adminId, "delete_game", $"game {gameId}", removed.Sentence);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        grants.ForgetGame(gameId);
        return new RemovalOutcome(removed, null);
    }

    private static int Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        var count = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
        Directory.Delete(folder, recursive: true);
        return count;
    }
}
