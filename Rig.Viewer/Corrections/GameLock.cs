using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Corrections;

/// <summary>One at a time changes what a game holds; held until the transaction ends.</summary>
internal static class GameLock
{
    public static Task TakeAsync(ViewerDb db, int gameId, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM games WHERE id = {gameId} FOR UPDATE", cancellationToken);
}
