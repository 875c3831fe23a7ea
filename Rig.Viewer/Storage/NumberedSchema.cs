using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Rig.Hosting.Configuration;

namespace Rig.Viewer.Storage;

/// <summary>
/// Takes over a database that a rig-viewer of before made by numbered SQL files: its one version, 1, is exactly what the first
/// migration makes (a test compares the two), so that only the record of it changes.
/// </summary>
internal static class NumberedSchema
{
    private const int LastVersion = 1;

    /// <returns>The version in the old record; null when there is none (any more).</returns>
    public static async Task<int?> ReadVersionAsync(ViewerDb db, CancellationToken cancellationToken)
    {
        var exists = await db.Database.SqlQuery<bool>($"""SELECT to_regclass('schema_version') IS NOT NULL AS "Value" """).SingleAsync(cancellationToken);
        return exists
            ? await db.Database.SqlQuery<int>($"""SELECT coalesce(max(version), 0) AS "Value" FROM schema_version""").SingleAsync(cancellationToken)
            : null;
    }

    /// <summary>Does nothing where there is no old record.</summary>
    /// <exception cref="StartupException">The old record has a version that was never released.</exception>
    public static async Task TakeOverAsync(ViewerDb db, CancellationToken cancellationToken)
    {
        if (await ReadVersionAsync(db, cancellationToken) is not { } version)
        {
            return;
        }

        if (version != LastVersion)
        {
            throw new StartupException($"The database says that it has schema {version}, which no rig-viewer made. Restore a backup.");
        }

        var history = db.GetService<IHistoryRepository>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlRawAsync(history.GetCreateIfNotExistsScript(), cancellationToken);
        await db.Database.ExecuteSqlRawAsync(history.GetInsertScript(new HistoryRow(db.Database.GetMigrations().First(), ProductInfo.GetVersion())), cancellationToken);
        await db.Database.ExecuteSqlAsync($"DROP TABLE schema_version", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
